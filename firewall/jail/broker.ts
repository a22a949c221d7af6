/**
 * Owns the helper's broker process: it accepts the supervisors' connections, hands their listening sockets to this
 * process in Node's own framing, and carries frames both ways.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import type { Socket as DatagramSocket } from 'node:dgram';
import { Server } from 'node:net';
import type { Duplex } from 'node:stream';
import { AigovError } from '../../policy';
import { createFrameReader, encodeFrame, FRAME, type Frame } from './frames';

/** A socket that listens inside a jail and is served out here. */
export type JailHandle = Server | DatagramSocket;

/** One supervisor's connection. */
export interface JailConnection {
  readonly number: number;
  /** Process id of the supervisor, vouched for by the kernel. */
  readonly pid: number;
  readonly uid: number;
  send(type: string, payload?: Buffer): void;
}

/** What a connection's owner wants to hear. */
export interface JailListener {
  onFrame(frame: Frame): void;
  onHandle(port: number, handle: JailHandle): void;
  onGone(): void;
}

export interface BrokerOptions {
  readonly helperPath: string;
  readonly socketPath: string;
  accept(connection: JailConnection): JailListener;
  /** The broker ended without being asked to; every jail ends with it. */
  onLost(): void;
}

export interface Broker {
  /** Ends every jail and the broker. */
  close(): Promise<void>;
}

/** Exit status by which the helper says that the socket is taken. */
const STATUS_SOCKET_TAKEN = 4;

/** Starts the broker and waits until it listens. Throws FIREWALL_ALREADY_RUNNING, FIREWALL_HELPER_FAILED. */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const child = spawn(options.helperPath, ['broker', options.socketPath], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc', 'pipe'],
    env: {},
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', resolve);
    child.once('error', () => resolve(null));
  });
  const pipe = child.stdio[4] as Duplex | null | undefined;
  if (pipe === null || pipe === undefined) throw helperFailed(options, await ended);
  const broker = new RunningBroker(child, pipe, options, ended);
  const status = await Promise.race([broker.listening, ended]);
  if (status === 'listening') return broker;
  throw status === STATUS_SOCKET_TAKEN ? alreadyRunning(options) : helperFailed(options, status);
}

function alreadyRunning({ socketPath }: BrokerOptions): AigovError {
  return new AigovError('FIREWALL_ALREADY_RUNNING', `another firewall listens at ${socketPath}`, {
    remedy: 'Stop it with `aigov workspace stop`, or set AIGOV_STATE_DIR to another folder.',
  });
}

function helperFailed({ helperPath }: BrokerOptions, status: number | null): AigovError {
  const how = status === null ? 'could not be started' : `ended with status ${status}`;
  return new AigovError('FIREWALL_HELPER_FAILED', `${helperPath} ${how}`, {
    remedy: 'Check that the file exists, is executable and lies on a file system without noexec.',
  });
}

class RunningBroker implements Broker {
  readonly listening: Promise<'listening'>;
  readonly #jails = new Map<number, JailListener>();
  #isClosing = false;

  constructor(
    readonly child: ChildProcess,
    readonly pipe: Duplex,
    readonly options: BrokerOptions,
    readonly ended: Promise<number | null>,
  ) {
    let onListening: (word: 'listening') => void = () => undefined;
    this.listening = new Promise((resolve) => {
      onListening = resolve;
    });
    const read = createFrameReader((frame) => {
      if (frame.type === FRAME.listening && frame.jail === 0) onListening('listening');
      else this.#route(frame);
    });
    pipe.on('data', read);
    pipe.on('error', () => undefined); // the broker's end tells the same, once
    child.on('message', (message, handle) => this.#adopt(message, handle));
    void ended.then(() => this.#lose());
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    this.pipe.destroy();
    if (this.child.connected) this.child.disconnect();
    await this.ended;
  }

  #route(frame: Frame): void {
    if (frame.type === FRAME.connected && !this.#jails.has(frame.jail)) return this.#accept(frame);
    const listener = this.#jails.get(frame.jail);
    if (frame.type !== FRAME.gone) return listener?.onFrame(frame);
    this.#jails.delete(frame.jail);
    listener?.onGone();
  }

  #accept({ jail, payload }: Frame): void {
    const connection: JailConnection = {
      number: jail,
      pid: payload.readUInt32LE(0),
      uid: payload.readUInt32LE(4),
      send: (type, body = Buffer.alloc(0)) => {
        if (this.pipe.writable) this.pipe.write(encodeFrame({ jail, type, payload: body }));
      },
    };
    this.#jails.set(jail, this.options.accept(connection));
  }

  #adopt(message: unknown, handle: unknown): void {
    const { jail, port } = message as { jail: number; port: number };
    const listener = this.#jails.get(jail);
    if (listener !== undefined) listener.onHandle(port, handle as JailHandle);
    else (handle as JailHandle | undefined)?.close();
  }

  #lose(): void {
    const jails = [...this.#jails.values()];
    this.#jails.clear();
    for (const jail of jails) jail.onGone();
    if (!this.#isClosing) this.options.onLost();
  }
}

/** Whether a handle takes connections (else it takes datagrams). */
export function isServer(handle: JailHandle): handle is Server {
  return handle instanceof Server;
}

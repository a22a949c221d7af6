/**
 * One jail, from the supervisor's hello to its last record. Owns the sockets that listen inside it; whoever serves
 * a connection gets the session with it.
 */
import type { Socket as DatagramSocket } from 'node:dgram';
import { rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { JailSession } from '../jail-session';
import type { Level } from '../../policy';
import { createJailSession, type FirewallFacts } from '../jail-session';
import type { Guard, ExecQuestion } from '../guard/guard';
import type { CommandReports } from '../guard/command-reports';
import { isServer, type JailConnection, type JailHandle, type JailListener } from './broker';
import { createdSince, missingProtectedPaths } from './created-paths';
import { findWorkdir, realDisk } from './disk';
import { environmentValue } from './environment';
import {
  decodeFields,
  encodeField,
  FIELD,
  FRAME,
  numberField,
  type Field,
  type Frame,
} from './frames';
import { encodePlan, encodeRefusal, type JailPlan } from './plan';
import type { JailEnd, JailRecords } from './jail-records';
import { isOnHostNetwork } from './level-plan';
import {
  parseDestination,
  RedirectedConnections,
  type Destination,
} from './redirected-connections';

/** What a supervisor asks for. */
export interface Hello {
  readonly cwd: string;
  readonly argv: readonly string[];
  /** `NAME=value` entries of the caller. */
  readonly environment: readonly string[];
}

/** Serves what happens on a jail's network. */
export interface JailNetwork {
  /** A connection to `destination`. @default - its own local address and port, which are the original ones */
  accept(socket: Socket, session: JailSession, destination?: Destination): void;
  /** A connection of a client that was told of a proxy (levels below A). */
  acceptProxy(socket: Socket, session: JailSession): void;
  /** A DNS packet; no answer for noise. */
  answerDns(packet: Buffer, session: JailSession): Buffer | undefined;
  /** The jail is gone; what is kept for it can go too. */
  forget(session: JailSession): void;
}

export interface LoopbackPort {
  /** Served inside each jail on 127.0.0.1 and ::1. */
  readonly port: number;
  onConnection(socket: Socket, session: JailSession): void;
}

export interface JailServices {
  readonly level: Level;
  readonly facts: FirewallFacts;
  readonly network: JailNetwork;
  readonly loopback: readonly LoopbackPort[];
  readonly records: JailRecords;
  readonly commands: CommandReports;
  guard(): Guard;
  /** `proxyPort`: of the session's own forward proxy, at levels that cannot redirect. */
  plan(hello: Hello, session: JailSession, proxyPort?: number): JailPlan;
  log(line: string): void;
}

const EXIT_OWN_FAILURE = 125;
const LOOPBACK_ADDRESS = /^(::ffff:)?127\.|^::1$/;

export class Jail implements JailListener {
  #session: JailSession | undefined;
  #awaited = Infinity;
  #isReady = false;
  #hasEnded = false;
  #unprotected: readonly string[] = [];
  #proxy: Server | undefined;
  #redirected: RedirectedConnections | undefined;
  #scratch: string | undefined;
  readonly #handles: JailHandle[] = [];
  readonly #sockets = new Set<Socket>();

  constructor(
    readonly connection: JailConnection,
    readonly services: JailServices,
    readonly onClosed: () => void,
  ) {}

  get session(): JailSession | undefined {
    return this.#session;
  }

  onFrame({ type, payload }: Frame): void {
    const fields = decodeFields(payload);
    if (fields === undefined) return this.#refuse('aigov: malformed frame\n');
    switch (type) {
      case FRAME.hello:
        return this.#greet(fields);
      case FRAME.ready:
        this.#isReady = true;
        return this.#startWhenComplete();
      case FRAME.failed:
        return this.services.log(`jail: could not be built: ${textOf(fields, FIELD.text)}`);
      case FRAME.origin:
        return this.#announce(fields);
      case FRAME.question:
        void this.#answer(fields);
        return;
      case FRAME.ended:
        void this.#end(numberOf(fields, FIELD.status) ?? EXIT_OWN_FAILURE);
        return;
      default:
        return this.#refuse('aigov: unknown frame\n');
    }
  }

  onHandle(port: number, handle: JailHandle): void {
    const session = this.#session;
    if (session === undefined) return void handle.close();
    this.#handles.push(handle);
    if (!isServer(handle)) this.#serveDatagrams(handle, session);
    else {
      // A client that has sent all it wants may still wait for the answer.
      Object.assign(handle, { allowHalfOpen: true, noDelay: true });
      handle.on('connection', (socket) => this.#serve(socket, port, session));
    }
    this.#startWhenComplete();
  }

  /** The supervisor is gone: everything inside has ended, or ends now. */
  onGone(): void {
    for (const handle of this.#handles) handle.close();
    this.#proxy?.close();
    if (this.#scratch !== undefined) rmSync(this.#scratch, { recursive: true, force: true });
    for (const socket of this.#sockets) socket.destroy();
    const session = this.#session;
    if (session !== undefined) {
      this.services.network.forget(session);
      if (!this.#hasEnded) void this.#recordEnd(session, { ending: 'crashed' });
    }
    this.onClosed();
  }

  /** Ends the jail with everything in it. */
  kill(): void {
    this.connection.send(FRAME.kill);
  }

  /** Makes the supervisor ask again about files it knows: the policy changed. */
  forgetVerdicts(): void {
    this.connection.send(FRAME.forget);
  }

  #greet(fields: readonly Field[]): void {
    if (this.#session !== undefined) return this.#refuse('aigov: a second hello\n');
    const hello = helloOf(fields);
    const session = createJailSession({
      level: this.services.level,
      pid: this.connection.pid,
      uid: this.connection.uid,
      cwd: hello.cwd,
      workdir: findWorkdir(hello.cwd),
      home: environmentValue(hello.environment, 'HOME') ?? '/',
      command: hello.argv,
      facts: this.services.facts,
    });
    this.#session = session;
    this.#unprotected = missingProtectedPaths(session, realDisk);
    if (isOnHostNetwork(this.services.level)) this.#openProxy(hello, session);
    else this.#sendPlan(hello, session);
  }

  /** Where the supervisor leads connections to, or programs themselves, told by variables. */
  #openProxy(hello: Hello, session: JailSession): void {
    const isRedirected = this.services.level === 'B' || this.services.level === 'B-';
    const redirected = new RedirectedConnections((socket, destination) =>
      this.#serveRedirected(socket, destination, session),
    );
    if (isRedirected) this.#redirected = redirected;
    const proxy = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      this.#own(socket);
      if (isRedirected) redirected.accept(socket);
      else this.services.network.acceptProxy(socket, session);
    });
    this.#proxy = proxy;
    proxy.listen(0, '127.0.0.1', () => {
      this.#sendPlan(hello, session, (proxy.address() as AddressInfo).port);
    });
  }

  #announce(fields: readonly Field[]): void {
    const [source, target] = [FIELD.source, FIELD.target].map((wanted) =>
      parseDestination(fields.find(({ tag }) => tag === wanted)?.value),
    );
    if (source !== undefined && target !== undefined) this.#redirected?.announce(source, target);
  }

  #serveRedirected(socket: Socket, destination: Destination, session: JailSession): void {
    const { address, port } = destination;
    const isLocal = LOOPBACK_ADDRESS.test(address);
    const owner = this.services.loopback.find((entry) => entry.port === port);
    const proxy = this.#proxy?.address() as AddressInfo | null | undefined;
    if (isLocal && owner !== undefined) owner.onConnection(socket, session);
    else if (isLocal && port === proxy?.port) this.services.network.acceptProxy(socket, session);
    else this.services.network.accept(socket, session, destination);
  }

  #sendPlan(hello: Hello, session: JailSession, proxyPort?: number): void {
    const plan = this.services.plan(hello, session, proxyPort);
    this.#scratch = plan.scratch;
    this.#awaited = plan.namespaces === 0 ? 0 : plan.tcpPorts.length + plan.udpPorts.length;
    this.connection.send(FRAME.plan, encodePlan(plan));
  }

  #own(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  /** The command starts once its sockets are here and its record is durable. */
  #startWhenComplete(): void {
    const session = this.#session;
    if (!this.#isReady || session === undefined || this.#handles.length < this.#awaited) return;
    this.#awaited = Infinity;
    this.services.records.open(session).then(
      () => this.connection.send(FRAME.go),
      (error: unknown) => this.#refuse(`aigov: the audit could not be written: ${String(error)}\n`),
    );
  }

  #serve(socket: Socket, port: number, session: JailSession): void {
    this.#own(socket);
    const local = this.services.loopback.find((entry) => entry.port === port);
    if (local !== undefined && LOOPBACK_ADDRESS.test(socket.localAddress ?? ''))
      local.onConnection(socket, session);
    else this.services.network.accept(socket, session);
  }

  #serveDatagrams(handle: DatagramSocket, session: JailSession) {
    handle.on('error', () => undefined); // an unreachable client, reported later by the kernel
    handle.on('message', (packet, remote) => {
      const answer = this.services.network.answerDns(packet, session);
      if (answer !== undefined) handle.send(answer, remote.port, remote.address, () => undefined);
    });
  }

  async #answer(fields: readonly Field[]): Promise<void> {
    const session = this.#session;
    const number = numberOf(fields, FIELD.question);
    if (session === undefined || number === undefined) return;
    const question = questionOf(fields, this.connection.pid);
    const answer = this.services.guard().decide(question, session);
    const report = await this.services.commands.report(session, question, answer);
    const isDenied = report.effect === 'deny';
    this.connection.send(
      FRAME.answer,
      Buffer.concat([
        numberField('q', number),
        ...(isDenied ? [encodeField('d', Buffer.alloc(0))] : []),
        ...(answer.isWatched ? [] : [encodeField('k', Buffer.alloc(0))]),
        ...(report.text === undefined ? [] : [encodeField('w', Buffer.from(report.text))]),
      ]),
    );
  }

  async #end(status: number): Promise<void> {
    const session = this.#session;
    this.#hasEnded = true;
    if (session !== undefined) await this.#recordEnd(session, { ending: 'completed', status });
    this.connection.send(FRAME.done);
  }

  async #recordEnd(session: JailSession, end: JailEnd): Promise<void> {
    const { records } = this.services;
    for (const path of createdSince(this.#unprotected, realDisk))
      records.recordCreated(session, path);
    await records.close(session, end);
  }

  #refuse(text: string): void {
    this.connection.send(FRAME.refusal, encodeRefusal(text, EXIT_OWN_FAILURE));
  }
}

function textsOf(fields: readonly Field[], tag: string): string[] {
  return fields.filter((field) => field.tag === tag).map(({ value }) => value.toString());
}

function textOf(fields: readonly Field[], tag: string): string | undefined {
  return textsOf(fields, tag)[0];
}

function numberOf(fields: readonly Field[], tag: string): number | undefined {
  const value = fields.find((field) => field.tag === tag)?.value;
  return value?.length === 4 ? value.readUInt32LE(0) : undefined;
}

function helloOf(fields: readonly Field[]): Hello {
  return {
    cwd: textOf(fields, FIELD.cwd) ?? '/',
    argv: textsOf(fields, FIELD.argument),
    environment: textsOf(fields, FIELD.environment),
  };
}

function questionOf(fields: readonly Field[], supervisor: number): ExecQuestion {
  const realPath = textOf(fields, FIELD.realPath);
  const cwd = textOf(fields, FIELD.callerCwd);
  const file = numberOf(fields, FIELD.file);
  const identity = fields.find(({ tag }) => tag === FIELD.identity)?.value.toString('latin1');
  return {
    ...(identity === undefined ? {} : { identity }),
    pid: numberOf(fields, FIELD.pid) ?? 0,
    argv: textsOf(fields, FIELD.argument),
    path: textOf(fields, FIELD.path) ?? '',
    ...(realPath === undefined ? {} : { realPath }),
    ...(cwd === undefined ? {} : { cwd }),
    ...(file === undefined ? {} : { handle: `/proc/${supervisor}/fd/${file}` }),
    isCut: textOf(fields, FIELD.isCut) !== undefined,
    isUnreadable: textOf(fields, FIELD.isUnreadable) !== undefined,
  };
}

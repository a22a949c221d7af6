/**
 * The receiving half of a Coder workspace agent: the boundary audit socket as coder/coder agent/boundarylogproxy serves it
 * (read 2026-11-28). Decodes with a protobuf library, so that our own encoder is not its own judge.
 */
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { parse } from 'protobufjs';

const { root } = parse(`
  syntax = "proto3";
  message Timestamp { int64 seconds = 1; int32 nanos = 2; }
  message HttpRequest { string method = 1; string url = 2; string matched_rule = 3; }
  message Log {
    bool allowed = 1; Timestamp time = 2;
    oneof resource { HttpRequest http_request = 3; }
    int32 sequence_number = 4;
  }
  message Report { repeated Log logs = 1; string session_id = 2; string confined_process_name = 3; }
`);
const Report = root.lookupType('Report');

/** Longest message; a longer one ends the connection. */
const MAX_MESSAGE_BYTES = 1 << 15;

export interface ReceivedLog {
  readonly sessionId: string;
  readonly processName: string;
  readonly allowed: boolean;
  readonly seconds: number;
  readonly method: string;
  readonly url: string;
  readonly rule: string;
  readonly sequence: number;
}

export class BoundaryAgent {
  readonly logs: ReceivedLog[] = [];
  /** Connections ended because of a message the agent does not take. */
  faults = 0;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((socket) => this.#serve(socket));
  #waiting: (() => void)[] = [];
  #isHeld = false;

  private constructor(readonly path: string) {}

  static async listen(path: string): Promise<BoundaryAgent> {
    const agent = new BoundaryAgent(path);
    agent.#server.listen(path);
    await once(agent.#server, 'listening');
    return agent;
  }

  /** Reads nothing from now on, as an agent under load; what is sent waits in the kernel and before it. */
  hold(): void {
    this.#isHeld = true;
  }

  /** Reads again. */
  release(): void {
    this.#isHeld = false;
    for (const socket of this.#sockets) socket.resume();
  }

  /** Resolves with the first log that fits. */
  async receives(fits: (log: ReceivedLog) => boolean): Promise<ReceivedLog> {
    for (;;) {
      const found = this.logs.find(fits);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
    rmSync(this.path, { force: true });
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    let pending = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= 4) {
        const length = pending.readUIntBE(1, 3);
        if (pending[0] !== 1 || length > MAX_MESSAGE_BYTES) {
          this.faults += 1;
          return void socket.destroy();
        }
        if (pending.length < 4 + length) return;
        this.#take(pending.subarray(4, 4 + length));
        pending = pending.subarray(4 + length);
      }
    });
    if (this.#isHeld) socket.pause();
  }

  #take(message: Buffer): void {
    const report = Report.toObject(Report.decode(message), { longs: Number, defaults: true }) as {
      readonly sessionId: string;
      readonly confinedProcessName: string;
      readonly logs: readonly {
        readonly allowed: boolean;
        readonly time: { readonly seconds: number };
        readonly httpRequest: { method: string; url: string; matchedRule: string };
        readonly sequenceNumber: number;
      }[];
    };
    for (const { allowed, time, httpRequest, sequenceNumber } of report.logs)
      this.logs.push({
        sessionId: report.sessionId,
        processName: report.confinedProcessName,
        allowed,
        seconds: time.seconds,
        method: httpRequest.method,
        url: httpRequest.url,
        rule: httpRequest.matchedRule,
        sequence: sequenceNumber,
      });
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

import { performance } from 'node:perf_hooks';
import { asObject, parseJson } from '../../providers/read-json';
import type { JsonObject } from '../../providers/wire-format';
import type { McpMessage } from '../message';
import { MCP_REFUSALS, type McpRefusal } from '../refuse';
import type { Sink } from './channel';
import { MAX_OPEN_REQUESTS, MAX_STRAY_BYTES, MAX_WAITING_BYTES, type StdioLimits } from './limits';
import { McpProcess, type ProcessEnd, type StdioCommand } from './process';
import {
  cancelledId,
  oneLine,
  requestNumberOf,
  withCancelledId,
  withClientIds,
  withOurIds,
  type ClientIds,
} from './translate';

interface Open {
  readonly ids: ClientIds;
  readonly sink: Sink;
  readonly timer: NodeJS.Timeout | undefined;
}

export interface StdioSessionOptions {
  readonly command: StdioCommand;
  readonly limits: StdioLimits;
  /** Once. `hasAnswered`: it worked at least once. */
  readonly onEnd: (end: ProcessEnd, hasAnswered: boolean) => void;
}

/** One process and the requests that are open in it. */
export class StdioSession {
  readonly #options: StdioSessionOptions;
  readonly #process: McpProcess;
  readonly #open = new Map<number, Open>();
  /** Messages that belong to no request, until somebody listens. */
  #waiting: string[] = [];
  #waitingBytes = 0;
  #listener: Sink | undefined;
  #lastNumber = 0;
  #strayBytes = 0;
  #blocked = 0;
  #hasAnswered = false;
  #isOver = false;
  #usedAtMs = performance.now();

  constructor(options: StdioSessionOptions) {
    this.#options = options;
    this.#process = new McpProcess(options.command, options.limits, {
      onLine: (line) => this.#read(line),
      onEnd: (end) => this.#ended(end),
    });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Milliseconds since anything was asked or answered; 0 while something is open. */
  get idleMs(): number {
    const isUsed = this.#open.size > 0 || this.#listener !== undefined;
    return isUsed ? 0 : performance.now() - this.#usedAtMs;
  }

  /** Sends a request. Whatever belongs to it goes to the sink. @returns how to give it up */
  request(
    message: Extract<McpMessage, { kind: 'request' }>,
    sink: Sink,
    isListening = false,
  ): (isCancelled: boolean) => void {
    if (this.#isOver || this.#open.size >= MAX_OPEN_REQUESTS || this.#process.isBacklogged) {
      sink.fail(this.#isOver ? MCP_REFUSALS.serverDied : MCP_REFUSALS.serverFull);
      return () => undefined;
    }
    const number = ++this.#lastNumber;
    const { text, ids } = withOurIds(message.text, number);
    const timer = isListening ? undefined : this.#timer(number);
    this.#open.set(number, { ids, sink, timer });
    this.#process.write(text);
    return (isCancelled) => this.#giveUp(number, isCancelled);
  }

  /** Passes a notification of the client, or its answer to a request of the server. */
  notify(message: McpMessage): void {
    const id = message.kind === 'notification' ? cancelledId(message.text) : undefined;
    const number = id === undefined ? undefined : this.#numberOf(id);
    this.#usedAtMs = performance.now();
    this.#process.write(
      number === undefined ? oneLine(message.text) : withCancelledId(message.text, number),
    );
  }

  /** Gives what belongs to no request to a sink, from what has waited on. One at a time: a second takes over. */
  listen(sink: Sink): () => void {
    this.#listener = sink;
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    for (const text of waiting) sink.message(text);
    return () => {
      if (this.#listener === sink) this.#listener = undefined;
    };
  }

  block(isBlocked: boolean): void {
    this.#blocked += isBlocked ? 1 : -1;
    if (this.#blocked === 0) this.#process.resume();
    else this.#process.pause();
  }

  close(): Promise<void> {
    return this.#process.close();
  }

  #timer(number: number): NodeJS.Timeout {
    const { callSeconds } = this.#options.limits;
    return setTimeout(() => {
      const open = this.#open.get(number);
      this.#giveUp(number, true);
      open?.sink.fail(MCP_REFUSALS.serverTimeout);
    }, callSeconds * 1000);
  }

  #giveUp(number: number, isCancelled: boolean): void {
    const open = this.#open.get(number);
    if (open === undefined) return;
    this.#forget(number, open);
    if (!isCancelled) return;
    const params = { requestId: number, reason: 'the client went away' };
    const notice = { jsonrpc: '2.0', method: 'notifications/cancelled', params };
    this.#process.write(JSON.stringify(notice));
  }

  #forget(number: number, { timer }: Open): void {
    clearTimeout(timer);
    this.#open.delete(number);
    this.#usedAtMs = performance.now();
  }

  #numberOf(id: string): number | undefined {
    for (const [number, { ids }] of this.#open) if (ids.id === id) return number;
    return undefined;
  }

  /** Whatever a stranger's program writes: what is no message, or nobody's, is dropped. */
  #read(line: Buffer): void {
    const text = line.toString('utf8');
    const message = asObject(parseJson(text));
    const isTaken = message !== undefined && this.#take(message, text);
    this.#strayBytes = isTaken ? 0 : this.#strayBytes + line.length + 1;
    if (this.#strayBytes > MAX_STRAY_BYTES) this.#process.kill('flood');
  }

  #take(message: JsonObject, text: string): boolean {
    const number = requestNumberOf(message);
    const open = number === undefined ? undefined : this.#open.get(number);
    if ('method' in message) {
      if (open === undefined) return this.#deliver(oneLine(text), 'id' in message);
      open.sink.message(withClientIds(text, open.ids, false));
      return true;
    }
    if (open === undefined || number === undefined) return false;
    this.#hasAnswered = true;
    this.#forget(number, open);
    open.sink.finish(withClientIds(text, open.ids, true));
    return true;
  }

  /** A question of the server needs somebody who hears it: else whoever asked last. */
  #deliver(text: string, isQuestion: boolean): boolean {
    const asking = isQuestion ? [...this.#open.values()].at(-1)?.sink : undefined;
    const sink = this.#listener ?? asking;
    if (sink !== undefined) {
      sink.message(text);
      return true;
    }
    this.#waiting.push(text);
    this.#waitingBytes += text.length;
    while (this.#waitingBytes > MAX_WAITING_BYTES)
      this.#waitingBytes -= this.#waiting.shift()?.length ?? this.#waitingBytes;
    return false;
  }

  #ended(end: ProcessEnd): void {
    this.#isOver = true;
    const refusal: McpRefusal = MCP_REFUSALS.serverDied;
    const open = [...this.#open];
    for (const [number, entry] of open) this.#forget(number, entry);
    for (const [, { sink }] of open) sink.fail(refusal);
    this.#listener?.fail(refusal);
    this.#options.onEnd(end, this.#hasAnswered);
  }
}

import { connect, type Socket } from 'node:net';

/** One request in bytes, sent again and again on kept connections. */
export interface LoadOptions {
  readonly port: number;
  readonly request: Buffer;
  readonly connections: number;
  readonly durationMs: number;
}

export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Time from the request to the first byte of the answer. */
  readonly firstByteP50Ms: number;
}

/** Keeps every connection busy with one request at a time until the time is over. Throws for any answer but 200. */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const startedAt = performance.now();
  const endAt = startedAt + options.durationMs;
  const tallies = await Promise.all(
    Array.from({ length: options.connections }, () => runConnection(options, endAt)),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  const all = tallies.flat();
  const total = all.map(({ totalMs }) => totalMs).toSorted((a, b) => a - b);
  const first = all.map(({ firstMs }) => firstMs).toSorted((a, b) => a - b);
  return {
    requests: all.length,
    seconds,
    p50Ms: quantile(total, 0.5),
    p99Ms: quantile(total, 0.99),
    firstByteP50Ms: quantile(first, 0.5),
  };
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

interface Timing {
  readonly firstMs: number;
  readonly totalMs: number;
}

function runConnection({ port, request }: LoadOptions, endAt: number): Promise<Timing[]> {
  return new Promise((resolve, reject) => {
    const timings: Timing[] = [];
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let startedAt = 0;
    const send = () => {
      startedAt = performance.now();
      socket.write(request);
    };
    const answers = new AnswerCounter();
    socket.on('connect', send);
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('connection closed under load')));
    socket.on('data', (chunk) => {
      const now = performance.now();
      const firstMs = answers.firstMs(startedAt, now);
      const verdict = answers.push(chunk);
      if (verdict === 'bad') return finish(socket, () => reject(new Error(answers.describe())));
      if (verdict === 'more') return;
      timings.push({ firstMs, totalMs: now - startedAt });
      if (now < endAt) send();
      else finish(socket, () => resolve(timings));
    });
  });
}

function finish(socket: Socket, settle: () => void): void {
  socket.removeAllListeners('close');
  socket.destroy();
  settle();
}

const CHUNKED_END = Buffer.from('0\r\n\r\n');

/** Finds where an answer ends, by its length or its last chunk, without parsing what is between. */
class AnswerCounter {
  #head: Buffer = Buffer.alloc(0);
  #remaining: number | 'chunked' | undefined;
  #tail: Buffer = Buffer.alloc(0);
  #firstAt: number | undefined;

  firstMs(startedAt: number, now: number): number {
    this.#firstAt ??= now;
    return this.#firstAt - startedAt;
  }

  push(chunk: Buffer): 'more' | 'done' | 'bad' {
    if (this.#remaining !== undefined) return this.#count(chunk);
    this.#head = Buffer.concat([this.#head, chunk]);
    const end = this.#head.indexOf('\r\n\r\n');
    if (end === -1) return 'more';
    const head = this.#head.toString('latin1', 0, end);
    if (!head.startsWith('HTTP/1.1 200')) return 'bad';
    const length = /content-length: *(\d+)/i.exec(head)?.[1];
    this.#remaining = length === undefined ? 'chunked' : Number(length);
    return this.#count(this.#head.subarray(end + 4));
  }

  describe(): string {
    return `answer under load: ${this.#head.toString('latin1').slice(0, 400)}`;
  }

  #count(bytes: Buffer): 'more' | 'done' {
    if (this.#remaining === 'chunked') {
      this.#tail = Buffer.concat([this.#tail, bytes]).subarray(-CHUNKED_END.length);
      return this.#tail.equals(CHUNKED_END) ? this.#reset() : 'more';
    }
    this.#remaining = (this.#remaining ?? 0) - bytes.length;
    return this.#remaining > 0 ? 'more' : this.#reset();
  }

  #reset(): 'done' {
    this.#head = Buffer.alloc(0);
    this.#tail = Buffer.alloc(0);
    this.#remaining = undefined;
    this.#firstAt = undefined;
    return 'done';
  }
}

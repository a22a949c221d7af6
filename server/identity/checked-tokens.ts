/** How long an answer of the identity provider holds: a revoked token works no longer than this. */
export const FRESH_MS = 60_000;
/** How long a refused token is refused without asking again. */
export const REFUSED_MS = 10_000;
/** How long the last good answer stands in while the provider cannot be asked. */
export const STANDS_IN_MS = 15 * 60_000;
/** Pause after a failed question before a known token is asked about again. */
export const RETRY_MS = 5000;
/** Tokens remembered, good and bad; the longest unused go first. */
export const MAX_REMEMBERED = 20_000;
/** Questions waiting for an answer at once; beyond it nobody new is asked about. */
export const MAX_ASKING = 1000;

interface Remembered<T> {
  /** Undefined: the token was refused. */
  readonly answer: T | undefined;
  readonly freshUntilMs: number;
  readonly standsInUntilMs: number;
}

export interface CheckedTokensOptions<T> {
  /** Undefined: the token is not valid. A rejection: it cannot be checked now. */
  readonly ask: (token: string) => Promise<T | undefined>;
  /** Milliseconds, monotonic: a clock that jumps must not make tokens live longer. @default performance.now */
  readonly clock?: () => number;
}

/**
 * Remembers what an identity provider said about tokens. One question at a time per token; when the provider cannot be
 * asked, its last good answer holds for `STANDS_IN_MS`, then checking rejects.
 */
export class CheckedTokens<T> {
  readonly #ask: (token: string) => Promise<T | undefined>;
  readonly #clock: () => number;
  /** By the token's hash, longest unused first. */
  readonly #remembered = new Map<string, Remembered<T>>();
  readonly #asking = new Map<string, Promise<T | undefined>>();

  constructor({ ask, clock = () => performance.now() }: CheckedTokensOptions<T>) {
    this.#ask = ask;
    this.#clock = clock;
  }

  /** Answers at once where the last answer is fresh. `tokenHash` stands for the token in memory. */
  check(token: string, tokenHash: string): T | undefined | Promise<T | undefined> {
    const known = this.#remembered.get(tokenHash);
    if (known === undefined || known.freshUntilMs <= this.#clock())
      return this.#question(token, tokenHash);
    this.#remembered.delete(tokenHash);
    this.#remembered.set(tokenHash, known);
    return known.answer;
  }

  #question(token: string, tokenHash: string): Promise<T | undefined> {
    const running = this.#asking.get(tokenHash);
    if (running !== undefined) return running;
    if (this.#asking.size >= MAX_ASKING)
      return Promise.reject(new Error(`more than ${MAX_ASKING} tokens are being checked`));
    const question = this.#answer(token, tokenHash).finally(() => this.#asking.delete(tokenHash));
    this.#asking.set(tokenHash, question);
    return question;
  }

  async #answer(token: string, tokenHash: string): Promise<T | undefined> {
    try {
      const answer = await this.#ask(token);
      const nowMs = this.#clock();
      const freshForMs = answer === undefined ? REFUSED_MS : FRESH_MS;
      const standsInForMs = answer === undefined ? 0 : STANDS_IN_MS;
      this.#remember(tokenHash, {
        answer,
        freshUntilMs: nowMs + freshForMs,
        standsInUntilMs: nowMs + standsInForMs,
      });
      return answer;
    } catch (error) {
      return this.#standIn(tokenHash, error);
    }
  }

  #standIn(tokenHash: string, error: unknown): T | undefined {
    const nowMs = this.#clock();
    const last = this.#remembered.get(tokenHash);
    if (last?.answer === undefined || last.standsInUntilMs <= nowMs) throw error;
    this.#remember(tokenHash, { ...last, freshUntilMs: nowMs + RETRY_MS });
    return last.answer;
  }

  #remember(tokenHash: string, remembered: Remembered<T>): void {
    this.#remembered.delete(tokenHash);
    this.#remembered.set(tokenHash, remembered);
    if (this.#remembered.size <= MAX_REMEMBERED) return;
    const [oldest] = this.#remembered.keys();
    if (oldest !== undefined) this.#remembered.delete(oldest);
  }
}

/** Rates in micro-USD per million tokens. */
export interface TokenRates {
  readonly input?: number;
  readonly output?: number;
  /** @default the input rate */
  readonly cacheRead?: number;
  /** @default the input rate */
  readonly cacheWrite?: number;
  /** Writes kept for an hour. @default the rate of other cache writes */
  readonly cacheWrite1h?: number;
}

/** What one model costs. */
export interface ModelPrice extends TokenRates {
  /** Model id without date or `-latest`; `.` and `-` are the same. */
  readonly model: string;
  readonly input: number;
  readonly output: number;
  /** Micro-USD for each web search the provider ran. */
  readonly webSearch?: number;
  /** Rates of the whole request once its prompt, cached tokens included, is longer. */
  readonly longPrompt?: TokenRates & { readonly overTokens: number };
}

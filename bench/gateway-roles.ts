/** What one process of the benchmark is told to be. */
export type WorkerRole =
  | { readonly kind: 'provider' }
  | { readonly kind: 'floor'; readonly upstream: string }
  | { readonly kind: 'server'; readonly upstream: string; readonly databasePath: string }
  | { readonly kind: 'relay'; readonly upstream: string };

/** What a process has used since it started. */
export interface UsageReport {
  readonly cpuUs: number;
  /** Of it outside the main thread. */
  readonly besideMainUs: number;
  readonly rssBytes: number;
}

export const BENCH_TOKEN = 'bench-session-token';

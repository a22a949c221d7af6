/** What one process of the benchmark is told to be. */
export type WorkerRole =
  | { readonly kind: 'provider' }
  | { readonly kind: 'floor'; readonly upstream: string }
  | { readonly kind: 'server'; readonly upstream: string; readonly databasePath: string }
  | { readonly kind: 'relay'; readonly upstream: string };

export const BENCH_TOKEN = 'bench-session-token';

/** What one process of the egress benchmark is told to be. */
export type EgressRole =
  | { readonly kind: 'origin'; readonly hasHttp2: boolean }
  | {
      /** `floor`: Node's own server and client back to back, nothing decided, nothing recorded. */
      readonly kind: 'firewall' | 'floor';
      /** Ports of the origin: plain, TLS. */
      readonly origin: { readonly http: number; readonly https: number };
      /** PEM of the authority that vouches for the origin. */
      readonly originCa: string;
      /** Folder for a durable spool; without it records are counted and dropped. */
      readonly spoolDir?: string;
      /** @default block */
      readonly onAuditFailure?: 'block' | 'allow';
    };

/** What it answers once it listens. */
export interface EgressWorkerReady {
  readonly http: number;
  readonly https: number;
  /** The authority clients of this process have to trust. */
  readonly ca: string;
}

/** What it answers when asked for a report. */
export interface EgressWorkerReport {
  readonly cpuUs: number;
  readonly rssBytes: number;
  readonly peakRssBytes: number;
}

export const ORIGIN_HOST = 'origin.test';
export const SMALL_ANSWER_BYTES = 100;
export const LARGE_ANSWER_BYTES = 100 * 1024 * 1024;

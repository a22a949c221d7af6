/** Times and sizes that bound one connection. Milliseconds and bytes. */
export interface EgressLimits {
  /** The client's first bytes, a TLS handshake included. */
  readonly firstBytesTimeoutMs: number;
  /** A connection kept open by the client between two requests. */
  readonly idleClientTimeoutMs: number;
  /** Connecting to one origin, all its addresses, TLS included. */
  readonly connectTimeoutMs: number;
  /** From the whole request to the head of the response. Long: a model may think for minutes. */
  readonly responseTimeoutMs: number;
  /** A kept upstream connection. Below the 5 s after which Node and many others close theirs. */
  readonly idleUpstreamTimeoutMs: number;
  /** Request line and headers together. */
  readonly maxHeadBytes: number;
  /** Open connections of one session; further ones are closed at once. */
  readonly maxConnectionsPerSession: number;
}

export const DEFAULT_LIMITS: EgressLimits = {
  firstBytesTimeoutMs: 10_000,
  idleClientTimeoutMs: 120_000,
  connectTimeoutMs: 10_000,
  responseTimeoutMs: 900_000,
  idleUpstreamTimeoutMs: 4_000,
  maxHeadBytes: 64 * 1024,
  maxConnectionsPerSession: 4_096,
};

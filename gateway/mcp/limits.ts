/** Bounds of the MCP proxy. */
export interface McpLimits {
  /** Largest message taken from a client. @default 16777216 (16 MiB: a file written by a tool) */
  readonly maxMessageBytes: number;
  /** Most bytes of one answer held back to be filtered; a longer list is cut. @default 16777216 */
  readonly maxListBytes: number;
  /** Most bytes of one result the tap keeps to hash and store; the answer itself is not limited. @default 33554432 */
  readonly maxTappedBytes: number;
  /** Client sessions known at once; beyond it the one unused longest ends. @default 10000 */
  readonly maxSessions: number;
  /** A session nobody used for so long is forgotten. @default 86400000 (a day) */
  readonly sessionIdleMs: number;
  /** Streams on which clients only listen, at once. @default 10000 */
  readonly maxListeners: number;
  /** Wait for a connection to an MCP server. @default 10000 */
  readonly connectTimeoutMs: number;
  /** Wait for the head of an answer, and longest silence within one; streams one only listens to have no limit. @default 600000 */
  readonly answerTimeoutMs: number;
  /** Wait for an answer to the proxy's own requests: session renewals, tokens. @default 15000 */
  readonly askTimeoutMs: number;
}

export const DEFAULT_MCP_LIMITS: McpLimits = {
  maxMessageBytes: 16 * 1024 * 1024,
  maxListBytes: 16 * 1024 * 1024,
  maxTappedBytes: 32 * 1024 * 1024,
  maxSessions: 10_000,
  sessionIdleMs: 24 * 60 * 60 * 1000,
  maxListeners: 10_000,
  connectTimeoutMs: 10_000,
  answerTimeoutMs: 600_000,
  askTimeoutMs: 15_000,
};

/** Bounds of one gateway or relay. */
export interface GatewayLimits {
  /** Largest request body taken. @default 33554432 (32 MiB, the Messages API's own limit) */
  readonly maxBodyBytes: number;
  /** Largest request body after decompression that the tap reads. @default 134217728 */
  readonly maxDecodedBytes: number;
  /** Most bytes of a JSON answer the tap keeps to read; the answer itself is not limited. @default 67108864 */
  readonly maxTappedBytes: number;
  /** Wait for a connection to the upstream. @default 10000 */
  readonly connectTimeoutMs: number;
  /** Wait for the answer's head: long thinking without streaming takes minutes. @default 600000 */
  readonly headersTimeoutMs: number;
  /** Longest silence within an answer. @default 300000 */
  readonly idleTimeoutMs: number;
}

export const DEFAULT_LIMITS: GatewayLimits = {
  maxBodyBytes: 32 * 1024 * 1024,
  maxDecodedBytes: 128 * 1024 * 1024,
  maxTappedBytes: 64 * 1024 * 1024,
  connectTimeoutMs: 10_000,
  headersTimeoutMs: 600_000,
  idleTimeoutMs: 300_000,
};

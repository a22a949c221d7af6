import { createHash } from 'node:crypto';
import { maskCredential } from './credentials';
import type { ProviderType } from './providers/wire-format';

/** The head and body of a request about to go upstream. */
export interface UnprovenRequest {
  readonly method: string;
  /** Host with port. */
  readonly host: string;
  /** Path with query. */
  readonly path: string;
  readonly body: Buffer | null;
}

/** One way to prove to a provider who pays: an API key, or an account that signs. */
export interface UpstreamKey {
  /** Names it where its state is kept; not a secret. */
  readonly id: string;
  /** What a record may show of it. */
  readonly hint: string;
  /** Header names and values in turn that go along with this request. Rejects when there is no proof to be had now. */
  prove(request: UnprovenRequest): readonly string[] | Promise<readonly string[]>;
}

/** A key that is the same header on every request. */
export function createApiKey(
  providerName: string,
  type: ProviderType,
  secret: string,
): UpstreamKey {
  const header = type.keyHeader(secret);
  const digest = createHash('sha256').update(secret).digest('hex').slice(0, 16);
  return { id: `${providerName}/${digest}`, hint: maskCredential(secret), prove: () => header };
}

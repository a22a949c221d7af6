import type { IncomingHttpHeaders } from 'node:http';
import type { CompiledPolicy } from '../../policy';
import { readRequest, type ReadRequest } from '../read-request';
import type { Refusal, WireFormat } from '../providers/wire-format';
import { screenBody, type LocatedFinding, type Screened } from './screen-body';

/** A request as policy lets it be sent. */
export interface ScreenedRequest extends ReadRequest {
  /** Absent when policy looks for nothing. */
  readonly screened?: Screened;
}

/**
 * Reads a request and looks through it for what policy names; what is read of a masked one is what will be sent. Undefined:
 * not a request of this format, or not to be decoded.
 */
export function readScreened(
  policy: CompiledPolicy,
  format: WireFormat,
  received: { path: string; headers: IncomingHttpHeaders; body: Buffer | null },
  maxDecodedBytes: number,
): ScreenedRequest | undefined {
  const { path, headers, body } = received;
  const read = readRequest(format, path, headers, body, maxDecodedBytes);
  const finder = policy.content.outbound;
  if (read === undefined || finder === undefined) return read;
  const screened = screenBody(finder, read.bytes, policy.mode === 'enforce');
  if (screened.body === undefined) return { ...read, screened };
  const sent = readRequest(format, path, {}, screened.body, Infinity);
  return sent && { ...sent, screened };
}

export function contentRefusal({ rule, layer, at }: LocatedFinding): Refusal {
  return {
    status: 403,
    code: 'CONTENT_BLOCKED',
    message: `policy layer "${layer}" forbids sending what its rule "${rule}" finds (at ${at}). Take it out of the conversation, or begin a new one`,
    isRetryable: false,
  };
}

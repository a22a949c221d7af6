import { createHash, createHmac } from 'node:crypto';
import type { UnprovenRequest } from '../upstream-key';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** What a signature is for. */
export interface AwsScope {
  readonly region: string;
  readonly service: string;
}

/**
 * The headers that sign a request with Signature Version 4 (docs.aws.amazon.com, Create a signed AWS API request, read
 * 2026-11-28), names and values in turn. Only `Host` and what is added here is signed: every other header reaches the
 * upstream as the client sent it. AWS's own signer comes in 24 packages and 16 MB.
 */
export function signRequest(
  request: UnprovenRequest,
  credentials: AwsCredentials,
  { region, service }: AwsScope,
  now: Date,
): readonly string[] {
  const stamp = now.toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
  const date = stamp.slice(0, 8);
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const signed: [name: string, value: string][] = [
    ['host', request.host],
    ['x-amz-content-sha256', sha256(request.body ?? '')],
    ['x-amz-date', stamp],
  ];
  if (sessionToken !== undefined) signed.push(['x-amz-security-token', sessionToken]);
  const scope = `${date}/${region}/${service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', stamp, scope, sha256(canonicalRequest(request, signed))];
  const steps = [date, region, service, 'aws4_request'];
  const key = steps.reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
  const signature = hmac(key, toSign.join('\n')).toString('hex');
  const names = signed.map(([name]) => name).join(';');
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  return [...signed.slice(1).flat(), 'authorization', authorization];
}

function canonicalRequest(
  { method, path, body }: UnprovenRequest,
  signed: readonly (readonly [string, string])[],
): string {
  const queryAt = path.indexOf('?');
  const pathname = queryAt === -1 ? path : path.slice(0, queryAt);
  const pairs = [...new URLSearchParams(queryAt === -1 ? '' : path.slice(queryAt + 1))]
    .map(([name, value]) => `${escaped(name)}=${escaped(value)}`)
    .toSorted();
  return [
    method,
    // Escapes in the path are escaped once more, everywhere but at S3.
    pathname.split('/').map(escaped).join('/'),
    pairs.join('&'),
    ...signed.map(([name, value]) => `${name}:${value}`),
    '',
    signed.map(([name]) => name).join(';'),
    sha256(body ?? ''),
  ].join('\n');
}

/** RFC 3986: `encodeURIComponent` leaves five signs more. */
function escaped(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: string | Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}

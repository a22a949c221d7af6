import { createHash, createHmac } from 'node:crypto';
import type { ReceivedRequest } from './server';

/** A long-term AWS key that is accepted. */
export interface AwsSecret {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([\w-]+)\/([\w-]+)\/aws4_request, ?SignedHeaders=([\w;-]+), ?Signature=([0-9a-f]{64})$/;

/**
 * Whether a request carries a right Signature Version 4 of this key (docs.aws.amazon.com, Create a signed AWS API
 * request, read 2026-11-28). Written apart from any signer, so that it does not share its mistakes.
 */
export function hasValidSignature(request: ReceivedRequest, key: AwsSecret): boolean {
  const [, id, date, region, service, names, signature] =
    AUTHORIZATION.exec(request.headers.authorization ?? '') ?? [];
  if (id !== key.accessKeyId || date === undefined || names === undefined) return false;
  const scope = `${date}/${region}/${service}/aws4_request`;
  const stamp = String(request.headers['x-amz-date']);
  const digest = sha256(canonicalRequest(request, names.split(';')));
  const toSign = ['AWS4-HMAC-SHA256', stamp, scope, digest].join('\n');
  const steps = [date, region ?? '', service ?? '', 'aws4_request'];
  const start: string | Buffer = `AWS4${key.secretAccessKey}`;
  const signingKey = steps.reduce<string | Buffer>((secret, step) => hmac(secret, step), start);
  return stamp.startsWith(date) && hmac(signingKey, toSign).toString('hex') === signature;
}

/** Every segment of a path that is escaped already is escaped again; only S3 does not. */
function canonicalRequest(
  { method, url, headers, body }: ReceivedRequest,
  names: readonly string[],
): string {
  const [path = '', query = ''] = url.split('?');
  const escaped = path
    .split('/')
    .map((segment) => strictEscape(segment))
    .join('/');
  const pairs = [...new URLSearchParams(query)]
    .map(([name, value]) => `${strictEscape(name)}=${strictEscape(value)}`)
    .toSorted();
  const lines = names.map(
    (name) => `${name}:${String(headers[name]).trim().replaceAll(/ +/g, ' ')}\n`,
  );
  return [method, escaped, pairs.join('&'), lines.join(''), names.join(';'), sha256(body)].join(
    '\n',
  );
}

function strictEscape(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(secret: string | Buffer, data: string): Buffer {
  return createHmac('sha256', secret).update(data).digest();
}

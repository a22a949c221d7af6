import { readFile } from 'node:fs/promises';
import { request } from 'undici';
import type { AwsAccount, AwsSource } from './account';
import { signRequest, type AwsCredentials } from './sign';

/** Credentials are fetched again when they have less than this left. */
const RENEW_BEFORE_MS = 5 * 60 * 1000;
const TIMEOUT_MS = 5_000;

interface Fetched extends AwsCredentials {
  readonly expiresAtMs: number;
}

/** Keeps an account's credentials fresh; requests at the same time share one fetch. Rejects when there are none. */
export function createCredentials(account: AwsAccount): () => Promise<AwsCredentials> {
  let current: Promise<Fetched> | undefined;
  let renewAtMs = 0;
  return () => {
    if (current !== undefined && Date.now() < renewAtMs) return current;
    renewAtMs = Infinity;
    current = fetchCredentials(account);
    current.then(
      ({ expiresAtMs }) => (renewAtMs = expiresAtMs - RENEW_BEFORE_MS),
      () => (renewAtMs = 0),
    );
    return current;
  };
}

async function fetchCredentials(account: AwsAccount): Promise<Fetched> {
  const base = await fromSource(account, account.source);
  return account.role === undefined ? base : assumeRole(account, account.role, base);
}

function fromSource(account: AwsAccount, source: AwsSource): Promise<Fetched> {
  switch (source.kind) {
    case 'static':
      return Promise.resolve({ ...source.credentials, expiresAtMs: Infinity });
    case 'web-identity':
      return fromWebIdentity(account, source);
    case 'container':
      return fromContainer(source);
    case 'instance':
      return fromInstance(source.url);
  }
}

async function fromWebIdentity(
  account: AwsAccount,
  { roleArn, tokenFile }: Extract<AwsSource, { kind: 'web-identity' }>,
): Promise<Fetched> {
  const token = (await readFile(tokenFile, 'utf8')).trim();
  return askTokenService(account, {
    Action: 'AssumeRoleWithWebIdentity',
    RoleArn: roleArn,
    RoleSessionName: 'aigov',
    WebIdentityToken: token,
  });
}

function assumeRole(
  account: AwsAccount,
  { arn, externalId }: NonNullable<AwsAccount['role']>,
  base: AwsCredentials,
): Promise<Fetched> {
  const asked = { Action: 'AssumeRole', RoleArn: arn, RoleSessionName: 'aigov' };
  return askTokenService(
    account,
    externalId === undefined ? asked : { ...asked, ExternalId: externalId },
    base,
  );
}

/** AWS's token service speaks XML of one known shape. */
async function askTokenService(
  { region, stsUrl = `https://sts.${region}.amazonaws.com` }: AwsAccount,
  fields: Record<string, string>,
  credentials?: AwsCredentials,
): Promise<Fetched> {
  const body = new URLSearchParams({ ...fields, Version: '2011-06-15' }).toString();
  const unsigned = {
    method: 'POST',
    host: new URL(stsUrl).host,
    path: '/',
    body: Buffer.from(body),
  };
  const proof = credentials
    ? signRequest(unsigned, credentials, { region, service: 'sts' }, new Date())
    : [];
  const headers = ['content-type', 'application/x-www-form-urlencoded', ...proof];
  const xml = await ask(`${stsUrl}/`, { method: 'POST', headers, body });
  const field = (name: string) => new RegExp(`<${name}>([^<]+)</${name}>`).exec(xml)?.[1];
  return checked({
    AccessKeyId: field('AccessKeyId'),
    SecretAccessKey: field('SecretAccessKey'),
    Token: field('SessionToken'),
    Expiration: field('Expiration'),
  });
}

async function fromContainer({
  url,
  tokenFile,
}: Extract<AwsSource, { kind: 'container' }>): Promise<Fetched> {
  const token = tokenFile === undefined ? undefined : (await readFile(tokenFile, 'utf8')).trim();
  const headers = token === undefined ? [] : ['authorization', token];
  return checked(JSON.parse(await ask(url, { method: 'GET', headers })));
}

async function fromInstance(url: string): Promise<Fetched> {
  const lifetime = ['x-aws-ec2-metadata-token-ttl-seconds', '21600'];
  const token = await ask(`${url}/latest/api/token`, { method: 'PUT', headers: lifetime });
  const headers = ['x-aws-ec2-metadata-token', token];
  const roles = `${url}/latest/meta-data/iam/security-credentials/`;
  const role = (await ask(roles, { method: 'GET', headers })).trim();
  return checked(JSON.parse(await ask(`${roles}${role}`, { method: 'GET', headers })));
}

interface Asked {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly headers: string[];
  readonly body?: string;
}

async function ask(url: string, asked: Asked): Promise<string> {
  const timeouts = { headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS };
  const { statusCode, body } = await request(url, { ...asked, ...timeouts });
  const text = await body.text();
  if (statusCode !== 200) throw new Error(`${new URL(url).host} answered ${statusCode}`);
  return text;
}

/** The fields as containers and instances name them. */
interface Document {
  readonly AccessKeyId?: unknown;
  readonly SecretAccessKey?: unknown;
  readonly Token?: unknown;
  readonly Expiration?: unknown;
}

function checked(document: Document): Fetched {
  const { AccessKeyId: id, SecretAccessKey: secret, Token: token, Expiration: until } = document;
  if (typeof id !== 'string' || typeof secret !== 'string')
    throw new Error('an answer without credentials');
  const expiresAtMs = typeof until === 'string' ? Date.parse(until) : NaN;
  return {
    accessKeyId: id,
    secretAccessKey: secret,
    ...(typeof token === 'string' ? { sessionToken: token } : {}),
    expiresAtMs: Number.isNaN(expiresAtMs) ? Date.now() + 2 * RENEW_BEFORE_MS : expiresAtMs,
  };
}

import { AigovError } from '../../policy';

/** Where a PostgreSQL database is, and how it is spoken to. */
export interface PostgresAddress {
  /** A name, an address, or the directory of a unix socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  /** `disable`: in the clear; `require`: encrypted, whoever answers; `verify-full`: encrypted and the right one. */
  readonly tls: TlsMode;
  /** Absent: PGPASSWORD, else the password file (PGPASSFILE, ~/.pgpass). */
  readonly password?: string;
}

const TLS_MODES = ['disable', 'require', 'verify-full'] as const;
type TlsMode = (typeof TLS_MODES)[number];

/** Hosts of this machine: nothing travels, so nothing need be encrypted. */
const LOCAL = /^(?:localhost|127\.\d+\.\d+\.\d+|\[?::1\]?|\/.*)$/;

/**
 * Reads `postgres://user@host[:port]/database[?sslmode=…&host=/socket/directory]`. TLS is `verify-full` unless the host
 * is this machine or `sslmode` says otherwise.
 *
 * @throws AigovError DATABASE_URL_INVALID, which never repeats the URL: it may hold a password
 */
export function readPostgresUrl(text: string, at: string): PostgresAddress {
  const url = /^postgres(?:ql)?:\/\//.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) throw invalid(at, 'is not a postgres:// URL');
  if (url.password !== '' || url.searchParams.has('password'))
    throw invalid(at, 'holds a password', SECRET_REMEDY);
  const { host, tls } = readPlace(url, at);
  const database = decodeURIComponent(url.pathname.slice(1));
  const user = decodeURIComponent(url.username);
  if (user === '' || database === '') throw invalid(at, 'names no user or no database');
  return { host, port: Number(url.port || '5432'), user, database, tls };
}

function readPlace(url: URL, at: string): Pick<PostgresAddress, 'host' | 'tls'> {
  const unknown = [...url.searchParams.keys()].find((key) => key !== 'host' && key !== 'sslmode');
  if (unknown !== undefined)
    throw invalid(at, `has the parameter "${unknown}"; known: host, sslmode`);
  const named = url.searchParams.get('host') ?? decodeURIComponent(url.hostname);
  const host = named.replace(/^\[|\]$/g, '');
  if (host === '') throw invalid(at, 'names no host');
  const mode = url.searchParams.get('sslmode') ?? (LOCAL.test(host) ? 'disable' : 'verify-full');
  const tls = TLS_MODES.find((known) => known === mode);
  if (tls === undefined) throw invalid(at, `has another sslmode than ${TLS_MODES.join(', ')}`);
  return { host, tls };
}

const SECRET_REMEDY =
  'Take the password out and change it: it has been written down. Give it as { env }, { file } or { command }, or in a password file.';

function invalid(
  at: string,
  what: string,
  remedy = 'Give postgres://USER@HOST/DATABASE.',
): AigovError {
  return new AigovError('DATABASE_URL_INVALID', `${at}: the address of the database ${what}`, {
    at,
    remedy,
  });
}

/** The address as it may be shown. */
export function describeAddress({ host, port, user, database }: PostgresAddress): string {
  return `postgres://${user}@${host}:${port}/${database}`;
}

import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { AigovError } from '../../policy';
import {
  openLedgerReader,
  openPostgresReader,
  openSpoolReader,
  readPostgresUrl,
  verifyLedger,
  verifySpool,
  type LedgerPlace,
  type RecordReader,
  type VerifyLedgerOptions,
  type VerifyReport,
} from '../../audit';
import type { CliIo } from '../io';
import { openServerReader } from './server-reader';

export interface SourceFlags {
  readonly server?: string;
  readonly database?: string;
}

/** Adds the flags that say where records are. */
export function withSource(command: Command): Command {
  return command
    .option('--server <url>', 'ask a server (token from AIGOV_TOKEN)')
    .option('--database <url>', 'read a ledger: sqlite:FILE or postgres://USER@HOST/DATABASE');
}

/** What the commands ask of any store. */
export type RecordSource = Pick<RecordReader, 'timeline' | 'find' | typeof Symbol.asyncDispose>;

type Place =
  | { readonly kind: 'spool'; readonly path: string }
  | { readonly kind: 'ledger'; readonly path: LedgerPlace };

/** @throws AigovError AUDIT_SOURCE_MISSING, LEDGER_UNAVAILABLE, DATABASE_UNAVAILABLE */
export async function openSource(
  directory: string | undefined,
  flags: SourceFlags,
  io: CliIo,
): Promise<RecordSource> {
  if (flags.server !== undefined) {
    return openServerReader(flags.server, io.environment['AIGOV_TOKEN'] ?? '');
  }
  const { kind, path } = placeOf(directory, flags, io);
  if (kind === 'spool') return openSpoolReader(path);
  return typeof path === 'string' ? openLedgerReader(path) : openPostgresReader(path);
}

/** @throws AigovError AUDIT_SOURCE_MISSING, AUDIT_SOURCE_REMOTE, LEDGER_UNAVAILABLE */
export async function verifySource(
  directory: string | undefined,
  flags: SourceFlags,
  io: CliIo,
  options: VerifyLedgerOptions,
): Promise<VerifyReport> {
  if (flags.server !== undefined) throw remote();
  const { kind, path } = placeOf(directory, flags, io);
  return kind === 'spool' ? verifySpool(path) : verifyLedger(path, options);
}

/**
 * The ledger's file or database; only ledgers are signed.
 *
 * @throws AigovError AUDIT_SOURCE_MISSING, AUDIT_SOURCE_REMOTE
 */
export function ledgerPlace(
  directory: string | undefined,
  flags: SourceFlags,
  io: CliIo,
): LedgerPlace {
  if (flags.server !== undefined) throw remote();
  const { kind, path } = placeOf(directory, flags, io);
  if (kind === 'ledger') return path;
  throw new AigovError('AUDIT_SOURCE_MISSING', `${path}: is a spool, only a ledger is signed`, {
    remedy: "Name a server's ledger.",
    at: path,
  });
}

function remote(): AigovError {
  return new AigovError('AUDIT_SOURCE_REMOTE', '--server: a server cannot vouch for itself', {
    remedy: 'Run this on the ledger itself, with --database or its directory.',
    at: '--server',
  });
}

/** A ledger file, a spool, or a directory that holds one: a server's data or a workspace's state. */
function placeOf(directory: string | undefined, { database }: SourceFlags, io: CliIo): Place {
  if (database !== undefined) return { kind: 'ledger', path: ledgerPath(database, io) };
  const given = resolve(io.cwd, directory ?? defaultDirectory(io));
  const place = existsSync(given) ? recognise(given) : undefined;
  if (place !== undefined) return place;
  throw new AigovError('AUDIT_SOURCE_MISSING', `${given}: neither a spool nor a ledger is there`, {
    remedy: 'Name a spool directory, a ledger file, or use --server.',
    at: given,
  });
}

function recognise(path: string): Place | undefined {
  if (!statSync(path).isDirectory()) return { kind: 'ledger', path };
  const names = readdirSync(path);
  if (names.some((name) => /^segment-\d+\.log$/.test(name))) return { kind: 'spool', path };
  if (names.includes('aigov.db')) return { kind: 'ledger', path: join(path, 'aigov.db') };
  if (names.includes('spool')) return recognise(join(path, 'spool'));
  return undefined;
}

/** Where a server or, failing that, a workspace keeps its records by default (contracts §1 and §8). */
function defaultDirectory({ environment, cwd }: CliIo): string {
  if (existsSync(join(cwd, 'aigov-data'))) return join(cwd, 'aigov-data');
  const stateHome =
    environment['XDG_STATE_HOME'] ?? join(environment['HOME'] ?? '/', '.local/state');
  return environment['AIGOV_STATE_DIR'] ?? join(stateHome, 'aigov');
}

function ledgerPath(url: string, { cwd }: CliIo): LedgerPlace {
  if (url.startsWith('sqlite:')) return resolve(cwd, url.slice('sqlite:'.length));
  if (/^postgres(?:ql)?:/.test(url)) return readPostgresUrl(url, '--database');
  throw new AigovError(
    'DATABASE_URL_INVALID',
    '--database: is neither sqlite:FILE nor postgres://USER@HOST/DATABASE',
    {
      remedy: 'Give sqlite: and the path of the ledger, for example sqlite:./aigov-data/aigov.db.',
      at: '--database',
    },
  );
}

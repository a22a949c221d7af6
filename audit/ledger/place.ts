import { readPublicKey } from '../checkpoint/key-file';
import { describeAddress, type PostgresAddress } from '../postgres/address';
import { openPostgresSource } from './postgres/open';
import type { LedgerSource } from './source';
import { SqliteSource } from './sqlite/source';

/** A SQLite file, or a database that servers share. */
export type LedgerPlace = string | PostgresAddress;

export interface OpenSource extends AsyncDisposable {
  readonly source: LedgerSource;
  /** For messages. */
  readonly name: string;
  /** The key checkpoints should be signed with: beside the file, or as the database has it. */
  readonly publicKey?: string;
}

/** @throws AigovError LEDGER_UNAVAILABLE, LEDGER_VERSION_UNKNOWN, DATABASE_UNAVAILABLE, DATABASE_VERSION_UNKNOWN */
export async function openSource(place: LedgerPlace): Promise<OpenSource> {
  const opened = typeof place === 'string' ? openFile(place) : await openDatabase(place);
  return { ...opened, [Symbol.asyncDispose]: () => opened.source.close() };
}

type Opened = Omit<OpenSource, typeof Symbol.asyncDispose>;

function openFile(path: string): Opened {
  const publicKey = readPublicKey(path);
  const source = new SqliteSource(path);
  return { source, name: path, ...(publicKey === undefined ? {} : { publicKey }) };
}

async function openDatabase(address: PostgresAddress): Promise<Opened> {
  return { ...(await openPostgresSource(address)), name: describeAddress(address) };
}

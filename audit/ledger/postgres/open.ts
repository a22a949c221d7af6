import type { PostgresAddress } from '../../postgres/address';
import { openPostgres, type Postgres } from '../../postgres/connection';
import { requireVersion } from '../../postgres/migrate';
import type { RecordReader } from '../../query';
import type { LedgerSource } from '../source';
import { PostgresReader } from './queries';
import { LEDGER_MIGRATIONS } from './schema';
import { PostgresSource } from './source';

/**
 * Opens a PostgreSQL ledger to read it.
 *
 * @throws AigovError DATABASE_UNAVAILABLE, DATABASE_VERSION_UNKNOWN
 */
export async function openPostgresReader(address: PostgresAddress): Promise<RecordReader> {
  return new PostgresReader(await openKnown(address));
}

/**
 * Opens it to verify it and to prove records, with the key its checkpoints are signed with, as the database has it.
 *
 * @throws AigovError DATABASE_UNAVAILABLE, DATABASE_VERSION_UNKNOWN
 */
export async function openPostgresSource(
  address: PostgresAddress,
): Promise<{ readonly source: LedgerSource; readonly publicKey?: string }> {
  const postgres = await openKnown(address);
  const [row] = await postgres.query('SELECT public_key FROM ledger');
  const publicKey = row?.['public_key'] as string | null;
  return { source: new PostgresSource(postgres), ...(publicKey === null ? {} : { publicKey }) };
}

async function openKnown(address: PostgresAddress): Promise<Postgres> {
  const postgres = await openPostgres(address, { maxConnections: 2 });
  try {
    await requireVersion(postgres, LEDGER_MIGRATIONS);
    return postgres;
  } catch (error) {
    await postgres.close();
    throw error;
  }
}

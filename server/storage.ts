import { openLedger, openPostgresLedger, type Ledger } from '../audit';
import type { Logger } from '../gateway';
import type { PostgresDatabase, ServerConfig } from './config';
import {
  openEmbeddedState,
  openPostgresState,
  type SharedState,
  type WatchOptions,
} from './state/shared-state';

/** Where a server keeps what must outlive it. */
export interface Storage {
  readonly ledger: Ledger;
  readonly state: SharedState;
  /** The ledger first: its last records say what was settled. */
  close(): Promise<void>;
}

/** @throws AigovError LEDGER_*, AUDIT_LOCKED, DATABASE_UNAVAILABLE, DATABASE_VERSION_UNKNOWN */
export async function openStorage(
  { databasePath, postgres }: ServerConfig,
  logger: Logger,
  watch: WatchOptions,
): Promise<Storage> {
  return postgres === undefined ? openEmbedded(databasePath) : openShared(postgres, logger, watch);
}

async function openEmbedded(path: string): Promise<Storage> {
  const ledger = await openLedger({ path });
  const state = openEmbeddedState(`${path}-budgets`);
  return closing({ ledger, state });
}

/** The ledger's chain is named after the replica, so that the others know whose records a dead one left open. */
async function openShared(
  { address, signingKey }: PostgresDatabase,
  logger: Logger,
  watch: WatchOptions,
): Promise<Storage> {
  const state = await openPostgresState(address, { logger, ...watch });
  try {
    const ledger = await openPostgresLedger({
      address,
      uid: state.replicaId,
      onIdleError: (error) => logger.warn('database connection lost', { error: String(error) }),
      ...(signingKey === undefined ? {} : { signingKey }),
    });
    state.onBeat(async (aliveIds) => {
      await ledger.writeLate();
      await ledger.closeAbandoned(aliveIds);
    });
    return closing({ ledger, state });
  } catch (error) {
    await state.close();
    throw error;
  }
}

function closing({ ledger, state }: Omit<Storage, 'close'>): Storage {
  return {
    ledger,
    state,
    async close() {
      await state.close();
      await ledger.close();
    },
  };
}

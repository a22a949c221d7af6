import { migrate, openPostgres, type PostgresAddress } from '../../audit';
import {
  createCooldowns,
  LocalRateLimiter,
  type Budgets,
  type Cooldowns,
  type Logger,
  type RateLimiter,
} from '../../gateway';
import { createPostgresCooldowns } from './postgres-cooldowns';
import { PostgresBudgets } from './postgres-budgets';
import { PostgresRateLimiter } from './postgres-rate-limiter';
import { Replica, type BeatWork } from './replica';
import { STATE_MIGRATIONS } from './schema';
import { SqliteBudgets } from './sqlite-budgets';
import { Unsettled } from './unsettled';

/** What requests count against: in this process, or in all replicas on one database. */
export interface SharedState {
  readonly budgets: Budgets;
  readonly rateLimiter: RateLimiter;
  readonly cooldowns: Cooldowns;
  /** False while the database does not answer. */
  readonly isReachable: boolean;
  close(): Promise<void>;
}

/** One process: what was spent is in SQLite, everything else in memory. */
export function openEmbeddedState(path: string): SharedState {
  const budgets = new SqliteBudgets(path);
  return {
    budgets,
    rateLimiter: new LocalRateLimiter(),
    cooldowns: createCooldowns(),
    isReachable: true,
    close: async () => budgets.close(),
  };
}

/** The state of one of many replicas. */
export interface PostgresState extends SharedState {
  /** UUID of this replica. */
  readonly replicaId: string;
  /** Work to be done every few seconds while the database answers. */
  onBeat(work: BeatWork): void;
}

/** How replicas watch each other. */
export interface WatchOptions {
  /** How often this replica shows that it lives. @default BEAT_MS */
  readonly beatMs?: number;
  /** After which silence another replica is dead. @default SILENCE_MS */
  readonly silenceMs?: number;
}

export interface PostgresStateOptions extends WatchOptions {
  readonly logger: Logger;
}

/** Longest a request waits for a decision before it counts as not to be had. */
const DECISION_TIMEOUT_MS = 5000;

/**
 * Any number of replicas on one PostgreSQL database.
 *
 * @throws AigovError DATABASE_UNAVAILABLE, DATABASE_VERSION_UNKNOWN
 */
export async function openPostgresState(
  address: PostgresAddress,
  options: PostgresStateOptions,
): Promise<PostgresState> {
  const { logger } = options;
  const onIdleError = (error: Error) =>
    logger.warn('database connection lost', { error: String(error) });
  const timeout = { queryTimeoutMs: DECISION_TIMEOUT_MS, onIdleError };
  const postgres = await openPostgres(address, timeout);
  // The beat has a connection of its own: it must not wait behind requests.
  const beating = await openPostgres(address, { ...timeout, maxConnections: 1 });
  await migrate(postgres, STATE_MIGRATIONS);
  const replica = new Replica(beating, options);
  const unsettled = new Unsettled(logger);
  replica.onBeat(() => unsettled.retry());
  const state = {
    budgets: new PostgresBudgets(postgres, replica, unsettled),
    rateLimiter: new PostgresRateLimiter(postgres, replica, unsettled),
    cooldowns: createPostgresCooldowns(beating, replica, logger),
  };
  await replica.beat();
  return {
    ...state,
    replicaId: replica.id,
    onBeat: (work) => replica.onBeat(work),
    get isReachable() {
      return replica.isReachable;
    },
    async close() {
      await replica.close();
      await Promise.all([postgres.close(), beating.close()]);
    },
  };
}

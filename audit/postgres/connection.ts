import type { Pool, PoolClient, PoolConfig, QueryResultRow } from 'pg';
import { AigovError } from '../../policy';
import { describeAddress, type PostgresAddress } from './address';

/** Wait for a connection, a new one or a free one of the pool. */
const CONNECT_TIMEOUT_MS = 5000;
const DEFAULT_QUERY_TIMEOUT_MS = 30_000;

export type SqlRow = QueryResultRow;

/** Runs statements, on any connection or, inside a transaction, on one. */
export interface Sql {
  query(text: string, values?: readonly unknown[]): Promise<readonly SqlRow[]>;
}

/** A PostgreSQL database with the connections to it. */
export interface Postgres extends Sql {
  /** For messages; without any secret. */
  readonly name: string;
  /** All or nothing; on disk when it resolves. */
  transaction<Result>(work: (sql: Sql) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

export interface PostgresOptions {
  /** @default 10 */
  readonly maxConnections?: number;
  /** Longest a statement may take before its connection is given up. @default 30000 */
  readonly queryTimeoutMs?: number;
  /** Told of connections that broke while nobody used them. */
  readonly onIdleError?: (error: Error) => void;
}

/**
 * Connects to a database; lost connections are made anew by the next statement.
 *
 * @throws AigovError DATABASE_UNAVAILABLE
 */
export async function openPostgres(
  address: PostgresAddress,
  options: PostgresOptions = {},
): Promise<Postgres> {
  const { maxConnections = 10, queryTimeoutMs = DEFAULT_QUERY_TIMEOUT_MS } = options;
  // Asked for only here: nobody who uses SQLite loads it.
  const pg = await import('pg');
  const limits = { max: maxConnections, query_timeout: queryTimeoutMs };
  const pool = new pg.Pool({ ...connectionOf(address), ...limits });
  pool.on('error', options.onIdleError ?? (() => undefined));
  const postgres = new PooledPostgres(pool, describeAddress(address));
  try {
    await postgres.query('SELECT 1');
    return postgres;
  } catch (cause) {
    await postgres.close();
    throw unavailable(postgres.name, cause);
  }
}

function connectionOf({ host, port, user, database, tls, password }: PostgresAddress): PoolConfig {
  return {
    host,
    port,
    user,
    database,
    ssl: tls === 'disable' ? false : { rejectUnauthorized: tls === 'verify-full' },
    application_name: 'aigov',
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    ...(password === undefined ? {} : { password }),
  };
}

class PooledPostgres implements Postgres {
  readonly name: string;
  readonly #pool: Pool;

  constructor(pool: Pool, name: string) {
    this.#pool = pool;
    this.name = name;
  }

  async query(text: string, values: readonly unknown[] = []): Promise<readonly SqlRow[]> {
    return (await this.#pool.query<SqlRow>(text, [...values])).rows;
  }

  async transaction<Result>(work: (sql: Sql) => Promise<Result>): Promise<Result> {
    const client = await this.#pool.connect();
    let fault: unknown;
    try {
      await client.query('BEGIN');
      const result = await work(onOne(client));
      await client.query('COMMIT');
      return result;
    } catch (error) {
      fault = await rollBack(client);
      throw error;
    } finally {
      // A connection that cannot even roll back is not used again.
      client.release(fault !== undefined);
    }
  }

  async close(): Promise<void> {
    if (!this.#pool.ended) await this.#pool.end();
  }
}

function onOne(client: PoolClient): Sql {
  return {
    query: async (text, values = []) => (await client.query<SqlRow>(text, [...values])).rows,
  };
}

async function rollBack(client: PoolClient): Promise<unknown> {
  try {
    await client.query('ROLLBACK');
    return undefined;
  } catch (error) {
    return error;
  }
}

function unavailable(name: string, cause: unknown): AigovError {
  const why = cause instanceof Error && cause.message !== '' ? cause.message : 'no answer';
  return new AigovError('DATABASE_UNAVAILABLE', `${name}: cannot be used: ${why}`, {
    at: name,
    remedy: 'Start the database, or correct its address, user or password under "database".',
    cause,
  });
}

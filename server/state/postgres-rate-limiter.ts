import { randomUUID } from 'node:crypto';
import type { Postgres } from '../../audit';
import {
  CONCURRENT_RETRY_SECONDS,
  type Permit,
  type RateCharge,
  type RateLimiter,
  type RateRefusal,
} from '../../gateway';
import type { Replica } from './replica';
import type { Unsettled } from './unsettled';

const FINISH = `
  WITH gone AS (DELETE FROM rate_lease WHERE id = $1 RETURNING account)
  INSERT INTO rate_second SELECT account, rate_now(), 0, $2::bigint FROM gone WHERE $2::bigint > 0 ORDER BY account
  ON CONFLICT (account, second) DO UPDATE SET tokens = rate_second.tokens + excluded.tokens`;

/** Rate limits all replicas share, by the clock of the database. */
export class PostgresRateLimiter implements RateLimiter {
  readonly #postgres: Postgres;
  readonly #replica: Replica;
  readonly #unsettled: Unsettled;

  constructor(postgres: Postgres, replica: Replica, unsettled: Unsettled) {
    this.#postgres = postgres;
    this.#replica = replica;
    this.#unsettled = unsettled;
  }

  async permit(charges: readonly RateCharge[], tokens: number): Promise<Permit | RateRefusal> {
    const id = randomUUID();
    const accounts = charges.map(({ account }) => account);
    try {
      const [row] = await this.#postgres.query(
        'SELECT * FROM rate_permit($1, $2, $3, $4, $5, $6, $7)',
        [
          this.#replica.id,
          id,
          accounts,
          charges.map(({ requestsPerMinute }) => requestsPerMinute ?? null),
          charges.map(({ tokensPerMinute }) => tokensPerMinute ?? null),
          charges.map(({ concurrent }) => concurrent ?? null),
          tokens,
        ],
      );
      return row === undefined ? { kind: 'permitted', id, accounts } : readRefusal(row, charges);
    } catch (error) {
      // Whether it was permitted before the answer was lost is not known.
      void this.#unsettled.settle(() => this.#finish(id, 0));
      throw error;
    }
  }

  async finish({ id }: Permit, tokens: number): Promise<void> {
    await this.#unsettled.settle(() => this.#finish(id, tokens));
  }

  #finish(id: string, tokens: number): Promise<unknown> {
    return this.#postgres.query(FINISH, [id, tokens]);
  }
}

function readRefusal(
  row: Readonly<Record<string, unknown>>,
  charges: readonly RateCharge[],
): RateRefusal {
  const account = String(row['limited_account']);
  const measure = row['measure'] as RateRefusal['measure'];
  const limits = charges.find((charge) => charge.account === account);
  const retryAfterSeconds = (row['wait_seconds'] as number | null) ?? CONCURRENT_RETRY_SECONDS;
  return { kind: 'limited', account, measure, limit: limits?.[measure] ?? 0, retryAfterSeconds };
}

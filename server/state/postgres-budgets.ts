import { randomUUID } from 'node:crypto';
import type { Postgres } from '../../audit';
import type { BudgetCharge, Budgets, Reservation, Reserved } from '../../gateway';
import type { Replica } from './replica';
import type { Unsettled } from './unsettled';

/** Books a reservation that still stands, once, however often it is tried. */
const SETTLE = `
  WITH gone AS (DELETE FROM budget_reservation WHERE id = $1 RETURNING account)
  INSERT INTO budget_account SELECT account, $2::bigint FROM gone WHERE $2::bigint > 0 ORDER BY account
  ON CONFLICT (account) DO UPDATE
    SET spent_micro_usd = budget_account.spent_micro_usd + excluded.spent_micro_usd`;

/** Budget accounts all replicas share. */
export class PostgresBudgets implements Budgets {
  readonly #postgres: Postgres;
  readonly #replica: Replica;
  readonly #unsettled: Unsettled;

  constructor(postgres: Postgres, replica: Replica, unsettled: Unsettled) {
    this.#postgres = postgres;
    this.#replica = replica;
    this.#unsettled = unsettled;
  }

  async reserve(charges: readonly BudgetCharge[], microUsd: number): Promise<Reservation> {
    const id = randomUUID();
    try {
      const [row] = await this.#postgres.query(
        'SELECT * FROM budget_reserve($1, $2, $3, $4, $5, $6)',
        [
          this.#replica.id,
          id,
          charges.map(({ account }) => account),
          charges.map(({ limitMicroUsd }) => limitMicroUsd),
          charges.map(({ onExceed }) => onExceed === 'block'),
          microUsd,
        ],
      );
      return readReservation(row ?? {}, id, charges);
    } catch (error) {
      // Whether it was reserved before the answer was lost is not known.
      void this.#unsettled.settle(() => this.#settle(id, 0));
      throw error;
    }
  }

  async settle({ id }: Reserved, microUsd: number): Promise<void> {
    await this.#unsettled.settle(() => this.#settle(id, microUsd));
  }

  /** Booked so far, in micro-USD. */
  async spent(account: string): Promise<number> {
    const [row] = await this.#postgres.query(
      'SELECT spent_micro_usd FROM budget_account WHERE account = $1',
      [account],
    );
    return Number(row?.['spent_micro_usd'] ?? 0);
  }

  #settle(id: string, microUsd: number): Promise<unknown> {
    return this.#postgres.query(SETTLE, [id, microUsd]);
  }
}

function readReservation(
  row: Readonly<Record<string, unknown>>,
  id: string,
  charges: readonly BudgetCharge[],
): Reservation {
  const account = String(row['refused_account']);
  switch (row['kind']) {
    case 'exceeded':
      return { kind: 'exceeded', account, remainingMicroUsd: Number(row['remaining_micro_usd']) };
    case 'reserved_by_others':
      return { kind: 'reserved_by_others', account };
    default: {
      const accounts = [...new Set(charges.map((charge) => charge.account))];
      return { kind: 'reserved', id, accounts, exceeded: row['exceeded'] as string[] };
    }
  }
}

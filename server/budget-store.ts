import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { BudgetCharge, Budgets, Reservation, Reserved } from '../gateway';

/** A reservation nobody settled, because its process died, counts no longer than this. */
export const RESERVATION_LIFETIME_MS = 60 * 60 * 1000;

export interface BudgetStoreOptions {
  /** SQLite file; several server processes may share it. */
  readonly path: string;
  /** @default Date.now */
  readonly clock?: () => number;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS spend (account TEXT PRIMARY KEY, micro_usd INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS reservation (
    id TEXT NOT NULL, account TEXT NOT NULL, micro_usd INTEGER NOT NULL, expires_ms INTEGER NOT NULL,
    PRIMARY KEY (account, id)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS reservation_id ON reservation (id);
`;

/**
 * Budget accounts in SQLite. INVARIANT: booked plus reserved never passes a blocking limit, since both are read and
 * written in one immediate transaction, whichever process does it.
 */
export class BudgetStore implements Budgets {
  readonly #database: DatabaseSync;
  readonly #clock: () => number;

  constructor({ path, clock = Date.now }: BudgetStoreOptions) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    this.#database = new DatabaseSync(path);
    // NORMAL survives a killed process; only a power cut can lose the last bookings, which the ledger still has.
    this.#database.exec(
      'PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;',
    );
    this.#database.exec(SCHEMA);
    this.#clock = clock;
  }

  reserve(charges: readonly BudgetCharge[], microUsd: number): Reservation {
    return this.#inTransaction(() => {
      this.#run('DELETE FROM reservation WHERE expires_ms <= ?', this.#clock());
      const exceeded: string[] = [];
      for (const charge of charges) {
        const refusal = this.#refusalOf(charge, microUsd);
        if (refusal === undefined) continue;
        if (charge.onExceed === 'block') return refusal;
        exceeded.push(charge.account);
      }
      const accounts = [...new Set(charges.map(({ account }) => account))];
      return { kind: 'reserved', id: this.#insert(accounts, microUsd), accounts, exceeded };
    });
  }

  /** Books also what expired meanwhile: it was spent all the same. */
  settle({ id, accounts }: Reserved, microUsd: number): void {
    this.#inTransaction(() => {
      for (const account of microUsd === 0 ? [] : accounts)
        this.#run(
          `INSERT INTO spend VALUES (?, ?)
           ON CONFLICT (account) DO UPDATE SET micro_usd = micro_usd + excluded.micro_usd`,
          account,
          microUsd,
        );
      this.#run('DELETE FROM reservation WHERE id = ?', id);
    });
  }

  /** Booked so far, in micro-USD. */
  spent(account: string): number {
    return this.#number('SELECT micro_usd FROM spend WHERE account = ?', account);
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #refusalOf(
    { account, limitMicroUsd }: BudgetCharge,
    microUsd: number,
  ): Exclude<Reservation, { kind: 'reserved' }> | undefined {
    const remainingMicroUsd = limitMicroUsd - this.spent(account);
    if (microUsd > remainingMicroUsd) return { kind: 'exceeded', account, remainingMicroUsd };
    const reserved = this.#number(
      'SELECT coalesce(sum(micro_usd), 0) FROM reservation WHERE account = ?',
      account,
    );
    return microUsd + reserved > remainingMicroUsd
      ? { kind: 'reserved_by_others', account }
      : undefined;
  }

  #insert(accounts: readonly string[], microUsd: number): string {
    const id = randomUUID();
    const expiresMs = this.#clock() + RESERVATION_LIFETIME_MS;
    for (const account of accounts)
      this.#run('INSERT INTO reservation VALUES (?, ?, ?, ?)', id, account, microUsd, expiresMs);
    return id;
  }

  #run(sql: string, ...values: (string | number)[]): void {
    this.#database.prepare(sql).run(...values);
  }

  #number(sql: string, value: string): number {
    const row = this.#database.prepare(sql).get(value);
    return row === undefined ? 0 : Number(Object.values(row)[0]);
  }

  #inTransaction<T>(work: () => T): T {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      this.#database.exec('ROLLBACK');
      throw error;
    }
  }
}

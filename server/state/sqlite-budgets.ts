import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { BudgetCharge, Budgets, Reservation, Reserved } from '../../gateway';

type Refused = Exclude<Reservation, { kind: 'reserved' }>;

/**
 * Budget accounts of one process: what was spent is in SQLite, what is reserved in its memory, so that it is free when
 * the process dies. INVARIANT: one process writes the file; the ledger's lock beside it sees to that.
 */
export class SqliteBudgets implements Budgets {
  readonly #database: DatabaseSync;
  readonly #findSpent: StatementSync;
  readonly #book: StatementSync;
  readonly #held = new Map<string, number>();
  readonly #open = new Map<
    string,
    { readonly accounts: readonly string[]; readonly microUsd: number }
  >();
  #count = 0;

  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    this.#database = new DatabaseSync(path);
    // NORMAL survives a killed process; only a power cut can lose the last bookings, which the ledger still has.
    this.#database.exec(
      `PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
       CREATE TABLE IF NOT EXISTS spend (account TEXT PRIMARY KEY, micro_usd INTEGER NOT NULL) WITHOUT ROWID;`,
    );
    this.#findSpent = this.#database.prepare('SELECT micro_usd FROM spend WHERE account = ?');
    this.#book = this.#database.prepare(
      `INSERT INTO spend VALUES (?, ?)
       ON CONFLICT (account) DO UPDATE SET micro_usd = micro_usd + excluded.micro_usd`,
    );
  }

  reserve(charges: readonly BudgetCharge[], microUsd: number): Reservation {
    const exceeded: string[] = [];
    for (const charge of charges) {
      const refusal = this.#refusalOf(charge, microUsd);
      if (refusal === undefined) continue;
      if (charge.onExceed === 'block') return refusal;
      exceeded.push(charge.account);
    }
    const accounts = [...new Set(charges.map(({ account }) => account))];
    const id = String((this.#count += 1));
    this.#open.set(id, { accounts, microUsd });
    this.#hold(accounts, microUsd);
    return { kind: 'reserved', id, accounts, exceeded };
  }

  /** Safe to call twice. */
  settle({ id }: Reserved, microUsd: number): void {
    const reserved = this.#open.get(id);
    if (reserved === undefined) return;
    if (microUsd > 0) this.#bookAll(reserved.accounts, microUsd);
    this.#open.delete(id);
    this.#hold(reserved.accounts, -reserved.microUsd);
  }

  /** Booked so far, in micro-USD. */
  spent(account: string): number {
    return Number(this.#findSpent.get(account)?.['micro_usd'] ?? 0);
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #refusalOf({ account, limitMicroUsd }: BudgetCharge, microUsd: number): Refused | undefined {
    const remainingMicroUsd = limitMicroUsd - this.spent(account);
    if (microUsd > remainingMicroUsd) return { kind: 'exceeded', account, remainingMicroUsd };
    const reserved = this.#held.get(account) ?? 0;
    return microUsd + reserved > remainingMicroUsd
      ? { kind: 'reserved_by_others', account }
      : undefined;
  }

  #hold(accounts: readonly string[], microUsd: number): void {
    for (const account of accounts) {
      const held = (this.#held.get(account) ?? 0) + microUsd;
      if (held === 0) this.#held.delete(account);
      else this.#held.set(account, held);
    }
  }

  #bookAll(accounts: readonly string[], microUsd: number): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      for (const account of accounts) this.#book.run(account, microUsd);
      this.#database.exec('COMMIT');
    } catch (error) {
      this.#database.exec('ROLLBACK');
      throw error;
    }
  }
}

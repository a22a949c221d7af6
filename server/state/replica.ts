import { randomUUID } from 'node:crypto';
import type { Postgres } from '../../audit';
import type { Logger } from '../../gateway';

/** How often a replica shows that it lives. */
export const BEAT_MS = 2000;
/** A replica whose beat stood still for this long, by the clock of the one who looks, is dead. */
export const SILENCE_MS = 15_000;
/** What a dead replica had reserved is kept this long for it to come back and settle. */
const EXPIRED_KEPT = '1 day';

export interface ReplicaOptions {
  readonly logger: Logger;
  /** Milliseconds, monotonic. @default performance.now */
  readonly clock?: () => number;
  /** @default BEAT_MS */
  readonly beatMs?: number;
  /** @default SILENCE_MS */
  readonly silenceMs?: number;
}

/** Is told the ids of all replicas that are not known to be dead, this one included. */
export type BeatWork = (aliveIds: readonly string[]) => Promise<void>;

interface Seen {
  readonly beat: string;
  readonly sinceMs: number;
}

/**
 * This process among the others on one database. Each counts up a number of its own; whose number stands still for too
 * long is dead to the others, and what it held is freed. No clock is compared with another, so none that jumps matters.
 */
export class Replica {
  readonly id = randomUUID();
  readonly #postgres: Postgres;
  readonly #logger: Logger;
  readonly #clock: () => number;
  readonly #silenceMs: number;
  readonly #seen = new Map<string, Seen>();
  readonly #timer: NodeJS.Timeout;
  readonly #work: BeatWork[] = [];
  #beating: Promise<void> | undefined;
  #isReachable = true;

  constructor(postgres: Postgres, options: ReplicaOptions) {
    this.#postgres = postgres;
    this.#logger = options.logger;
    this.#clock = options.clock ?? (() => performance.now());
    this.#silenceMs = options.silenceMs ?? SILENCE_MS;
    this.#timer = setInterval(() => void this.beat(), options.beatMs ?? BEAT_MS);
    this.#timer.unref();
  }

  /** Whether the database answered last time. */
  get isReachable(): boolean {
    return this.#isReachable;
  }

  /** Work to be done with each beat, such as what failed before. */
  onBeat(work: BeatWork): void {
    this.#work.push(work);
  }

  /** Shows that this replica lives, and frees what dead ones held. Never rejects; one at a time. */
  beat(): Promise<void> {
    this.#beating ??= this.#beat().finally(() => (this.#beating = undefined));
    return this.#beating;
  }

  /** Frees what is left of this replica. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.beat();
    await this.#postgres.query('DELETE FROM replica WHERE id = $1', [this.id]).catch(() => []);
  }

  async #beat(): Promise<void> {
    try {
      await this.#postgres.query(
        `INSERT INTO replica VALUES ($1, 1) ON CONFLICT (id) DO UPDATE SET beat = replica.beat + 1`,
        [this.id],
      );
      const beats = await this.#postgres.query(BEATS, [this.id]);
      const present = beats.filter((row) => row['beat'] !== UNREGISTERED);
      const aliveIds = [this.id, ...present.map((row) => row['id'] as string)];
      for (const work of this.#work) await work(aliveIds);
      await this.#freeDead(beats);
      this.#isReachable = true;
    } catch (error) {
      if (this.#isReachable) this.#logger.warn('database out of reach', { error: String(error) });
      this.#isReachable = false;
    }
  }

  async #freeDead(beats: Awaited<ReturnType<Postgres['query']>>): Promise<void> {
    const nowMs = this.#clock();
    const present = new Set(beats.map((row) => row['id'] as string));
    for (const id of this.#seen.keys()) if (!present.has(id)) this.#seen.delete(id);
    for (const row of beats) {
      const { id, beat } = row as { id: string; beat: string };
      const seen = this.#seen.get(id);
      if (seen?.beat !== beat) this.#seen.set(id, { beat, sinceMs: nowMs });
      else if (nowMs - seen.sinceMs >= this.#silenceMs) await this.#free(id, beat);
    }
  }

  /** A beat that comes meanwhile takes the row's lock first, and nothing is freed. */
  async #free(id: string, beat: string): Promise<void> {
    await this.#postgres.transaction(async (sql) => {
      const deleted = await sql.query(
        'DELETE FROM replica WHERE id = $1 AND beat = $2 RETURNING id',
        [id, beat],
      );
      if (beat !== UNREGISTERED && deleted.length === 0) return;
      await sql.query(
        'UPDATE budget_reservation SET expired_at = now() WHERE replica = $1 AND expired_at IS NULL',
        [id],
      );
      await sql.query('DELETE FROM rate_lease WHERE replica = $1', [id]);
      await sql.query(
        `DELETE FROM budget_reservation WHERE expired_at < now() - interval '${EXPIRED_KEPT}'`,
      );
    });
    this.#seen.delete(id);
    this.#logger.warn('a replica died; what it held is free', { replica: id });
  }
}

/** Beat of a replica that holds something but has no row: it was given up and has not come back yet. */
const UNREGISTERED = '-1';

const BEATS = `
  SELECT id, beat::text FROM replica WHERE id <> $1
  UNION
  SELECT held.replica, '${UNREGISTERED}' FROM (
    SELECT replica FROM budget_reservation WHERE expired_at IS NULL
    UNION SELECT replica FROM rate_lease
  ) held WHERE held.replica <> $1 AND NOT EXISTS (SELECT 1 FROM replica WHERE id = held.replica)`;

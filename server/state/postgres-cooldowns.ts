import type { Postgres } from '../../audit';
import { createCooldowns, MAX_COOLDOWN_MS, type Cooldowns, type Logger } from '../../gateway';
import type { Replica } from './replica';

const REST = `
  INSERT INTO key_cooldown VALUES ($1, clock_timestamp() + $2 * interval '1 millisecond')
  ON CONFLICT (id) DO UPDATE SET rests_until = excluded.rests_until`;
const RESTING = `
  SELECT id, extract(epoch FROM rests_until - clock_timestamp())::float8 * 1000 AS remaining_ms
  FROM key_cooldown WHERE rests_until > clock_timestamp()`;

/**
 * Which keys rest, told to the other replicas and learnt from them with each beat. Answers come from memory; only spans
 * of time travel, so that no clock is compared with another.
 */
export function createPostgresCooldowns(
  postgres: Postgres,
  replica: Replica,
  logger: Logger,
): Cooldowns {
  const local = createCooldowns();
  replica.onBeat(async () => {
    await postgres.query('DELETE FROM key_cooldown WHERE rests_until < clock_timestamp()');
    for (const row of await postgres.query(RESTING))
      local.rest(String(row['id']), Number(row['remaining_ms']));
  });
  return {
    remainingMs: (id) => local.remainingMs(id),
    rest(id, forMs) {
      local.rest(id, forMs);
      const boundedMs = Math.min(Math.max(0, forMs), MAX_COOLDOWN_MS);
      postgres.query(REST, [id, boundedMs]).catch((error: unknown) => {
        logger.warn('key rest not shared', { id, error: String(error) });
      });
    },
  };
}

import { randomUUID } from 'node:crypto';

/** Milliseconds since the Unix epoch. A parameter everywhere, so that tests own the time. */
export type Clock = () => number;

const MAX_COUNTER = 0xfff;

/** Keeps the ids of one source strictly increasing: within a millisecond and when the clock steps back. */
export function createIdSource(clock: Clock = Date.now): () => string {
  let lastMs = -1;
  let counter = 0;
  return () => {
    const nowMs = Math.floor(clock());
    if (nowMs > lastMs) {
      lastMs = nowMs;
      counter = randomCounter();
    } else if (counter === MAX_COUNTER) {
      lastMs += 1;
      counter = 0;
    } else {
      counter += 1;
    }
    return renderId(lastMs, counter);
  };
}

/**
 * One UUIDv7 (RFC 9562). Two ids of the same millisecond are in no particular order; a writer that needs
 * order makes a source with `createIdSource`.
 */
export function newId(clock: Clock = Date.now): string {
  return renderId(Math.floor(clock()), randomCounter());
}

/** True for the text form of a UUID of any version. */
export function isUuid(text: unknown): text is string {
  return typeof text === 'string' && UUID.test(text);
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Leaves the upper half free, so that a burst within one millisecond rarely runs into the next. */
function randomCounter(): number {
  return Number.parseInt(randomUUID().slice(0, 3), 16) >> 1;
}

/** Borrows variant and random bits from `randomUUID`, which keeps a pool of entropy and is cheap. */
function renderId(timeMs: number, counter: number): string {
  const time = timeMs.toString(16).padStart(12, '0');
  const low = counter.toString(16).padStart(3, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${low}-${randomUUID().slice(19)}`;
}

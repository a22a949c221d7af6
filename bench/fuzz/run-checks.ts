import { Random } from './random';

/** One input made and judged. True when it was one that tells something; throws when what it met is wrong. */
export type Check = (random: Random) => boolean;

/**
 * Runs each check `COUNT` times from one `SEED`, both from the command line, and prints how many inputs `told`. Ends the
 * process with 1 at the first wrong one, by its number.
 */
export function runChecks(checks: Readonly<Record<string, Check>>, told: string): void {
  const count = Number(process.argv[2] ?? 10_000);
  const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31);
  console.log(`seed ${seed}`);
  for (const [name, check] of Object.entries(checks)) {
    const random = new Random(seed);
    let telling = 0;
    for (let i = 0; i < count; i += 1) {
      try {
        if (check(random)) telling += 1;
      } catch (error) {
        console.error(`${name}, input ${i}`, error);
        process.exit(1);
      }
    }
    console.log(`${name}: ${count}, of which ${telling} ${told}`);
  }
}

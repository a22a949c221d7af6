/**
 * Tries to reach something and says what came back: `reach https://host/path` or `reach dns:host`. Exit status 0 when
 * it was reached, 1 when not.
 */
import { lookup } from 'node:dns/promises';

async function reach(target: string): Promise<string> {
  if (target.startsWith('dns:')) {
    const { address } = await lookup(target.slice('dns:'.length));
    return address;
  }
  const response = await fetch(target, { signal: AbortSignal.timeout(20_000) });
  const body = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${body.trim()}`);
  return `${response.status} ${body.trim()}`;
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return cause instanceof Error ? cause.message : String(cause);
}

reach(process.argv[2] ?? '').then(
  (seen) => process.stdout.write(`${seen}\n`),
  (error: unknown) => {
    process.stdout.write(`not reached: ${reasonOf(error)}\n`);
    process.exitCode = 1;
  },
);

import { REAL_CLIENTS } from '../bench/real-clients/cases';
import { installedClient } from '../bench/real-clients/install';

const isCi = process.env['CI'] !== undefined;

/**
 * A test of what needs a released client: skipped by name for users who have not installed it
 * (`node dist/bench/real-clients/install-main.js NAME`), failed in CI. `run` gets the folder its program lies in.
 */
export function testWithClient(
  client: string,
  name: string,
  run: (bin: string) => Promise<void>,
  timeoutMs = 120_000,
): void {
  const known = REAL_CLIENTS[client];
  if (known === undefined) throw new Error(`no client ${client}`);
  const bin = installedClient(known);
  if (bin !== undefined) test(name, () => run(bin), timeoutMs);
  else if (!isCi) test.skip(`${name} (skipped: ${client} is not installed)`, () => undefined);
  else
    test(name, () => {
      throw new Error(`CI must have installed ${client}`);
    });
}

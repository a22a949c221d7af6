/** A share of the fuzz in bench/fuzz/helper-protocol.ts, which runs it in full. */
import { fuzzBroker, fuzzSupervisor } from '../../bench/fuzz/helper-protocol';
import { HELPER } from './jail-fixture';

test('the broker outlives whatever a connection sends', async () => {
  await expect(fuzzBroker({ helperPath: HELPER, inputs: 3000, seed: 1 })).resolves.toBeUndefined();
}, 60_000);

test('a supervisor gives up on a malformed plan and never runs the command', async () => {
  await expect(
    fuzzSupervisor({ helperPath: HELPER, inputs: 300, seed: 1 }),
  ).resolves.toBeUndefined();
}, 60_000);

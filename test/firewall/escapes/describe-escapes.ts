/** One level against real programs: every attack works outside and fails in the jail, but for those it does not promise. */
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import type { Level } from '../../../policy';
import { startFixture, type Fixture, type FixtureOptions } from '../jail-fixture';
import { COMMAND_ESCAPES } from './commands';
import type { Escape } from './escape';
import { FILE_ESCAPES } from './files';
import { NETWORK_ESCAPES } from './network';
import { PROCESS_ESCAPES } from './processes';
import { SUPERVISOR_ESCAPES } from './supervisor';
import { createWorld, TOKEN, type World } from './world';

const isRoot = process.getuid?.() === 0;
const all = [
  ...NETWORK_ESCAPES,
  ...SUPERVISOR_ESCAPES,
  ...PROCESS_ESCAPES,
  ...FILE_ESCAPES,
  ...COMMAND_ESCAPES,
];
const provable = all.filter((escape) => isRoot || escape.needsRoot !== true);

const INTERPRETERS = {
  sh: ['/bin/sh', '-c'],
  perl: ['perl', '-e'],
  node: [process.execPath, '-e'],
} as const;

/** Runs a program with descriptor 7 open on a secret, and a token in its environment. */
function attack(argv: readonly string[], world: World): Promise<string> {
  const secret = openSync(join(world.stateDir, 'secret'), 'r');
  const [program = '', ...args] = argv;
  const child = spawn(program, args, {
    cwd: world.project,
    env: { PATH: process.env['PATH'], HOME: world.home, CODER_AGENT_TOKEN: 'hunter2' },
    stdio: ['ignore', 'pipe', 'ignore', 'ignore', 'ignore', 'ignore', 'ignore', secret],
  });
  closeSync(secret);
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve) => child.once('close', () => resolve(output)));
}

async function hasEscaped(escape: Escape, world: World, isOutside: boolean): Promise<boolean> {
  world.restore();
  const argv = [...INTERPRETERS[escape.by], escape.code(world)];
  const output = await attack(isOutside ? argv : world.jail.host.launchArguments(argv), world);
  return escape.hasEscaped === undefined ? output.includes(TOKEN) : await escape.hasEscaped(world);
}

/** `options` start the jail; `pick` takes a share of the attacks. */
export function describeEscapes(
  level: Level,
  options: FixtureOptions = { level },
  pick: (escape: Escape) => boolean = () => true,
): void {
  describe(`escapes at level ${level}`, () => {
    let jail: Fixture | undefined;
    let world: World | undefined;

    beforeAll(async () => {
      jail = await startFixture(options);
      world = await createWorld(jail);
    });

    afterAll(async () => {
      await world?.[Symbol.asyncDispose]();
      await jail?.[Symbol.asyncDispose]();
    });

    test('the jail is at that level', () => {
      expect(jail?.host.level).toBe(level);
    });

    test.each(provable.filter(pick))('$name', async (escape) => {
      if (world === undefined) throw new Error('there is no world');
      expect({ outside: await hasEscaped(escape, world, true) }).toEqual({ outside: true });
      const isOpen = escape.openAt?.includes(level) === true;
      expect({ inside: await hasEscaped(escape, world, false) }).toEqual({ inside: isOpen });
    });
  });
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { randomBytes } from 'node:crypto';
import { packRuntime, type PackedRuntime } from '../../constructs/runtime/pack';
import { partScripts, startScript, type ScriptFile } from '../../constructs/runtime/scripts';
import type { RuntimeFile } from '../../constructs/runtime/runtime-files';
import { scratch } from './scratch';

const arch = process.arch as 'x64' | 'arm64';
const otherArch = arch === 'x64' ? 'arm64' : 'x64';

/** Stands for the runtime: says how it was started. */
const PROGRAM = `
const fs = require('node:fs');
fs.writeFileSync(process.env.HOME + '/started.json', JSON.stringify({
  file: __filename, arguments: process.argv.slice(2),
}));
process.exit(7);
`;
// incompressible, so that it takes several parts
const BALLAST = `// ${randomBytes(150_000).toString('base64')}\n`;

const FILES: readonly RuntimeFile[] = [
  { name: 'aigov.cjs', content: Buffer.from(PROGRAM + BALLAST) },
  { name: 'aigov-jail', arch: otherArch, content: Buffer.from('helper of another machine') },
  { name: 'aigov-jail', arch, content: Buffer.from('helper of this machine') },
];
const packed = packRuntime(FILES);
const CONFIG = JSON.stringify({ version: 1, text: `it's "quoted" \${x} ünï\n` });

interface Run {
  readonly status: number | null;
  readonly stderr: string;
}

/** Runs a script as Coder's agent does: the whole text is one argument. */
async function run(
  script: string,
  home: string,
  environment: Record<string, string> = {},
): Promise<Run> {
  const child = spawn('/bin/sh', ['-c', script], {
    cwd: home,
    env: { HOME: home, PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [stderr] = await Promise.all([readAll(child.stderr), once(child, 'close')]);
  return { status: child.exitCode, stderr };
}

/** The start script after Terraform put the configuration in. */
function started(pack: PackedRuntime = packed, waitMs = 20_000): string {
  const { text } = startScript(pack, { waitMs });
  return text.replace('${config}', Buffer.from(CONFIG).toString('base64'));
}

const parts = (pack: PackedRuntime = packed): string[] => partScripts(pack).map(({ text }) => text);

async function runAll(scripts: readonly string[], home: string): Promise<readonly Run[]> {
  return Promise.all(scripts.map((script) => run(script, home)));
}

const stateOf = (home: string) => join(home, '.local', 'state', 'aigov');
const launch = (home: string) =>
  JSON.parse(readFileSync(join(home, 'started.json'), 'utf8')) as {
    file: string;
    arguments: string[];
  };

test('the runtime takes several scripts, each small enough for one argument', () => {
  expect(packed.parts.length).toBeGreaterThan(1);
  for (const { text } of [...partScripts(packed), startScript(packed)]) {
    expect(Buffer.byteLength(text)).toBeLessThan(131_072);
  }
});

test('Terraform finds nothing to interpret in any script but the configuration', () => {
  const marks = ({ text }: ScriptFile) => text.match(/[$%]\{[^}]*\}?/g) ?? [];
  expect(partScripts(packed).flatMap((script) => marks(script))).toEqual([]);
  expect(marks(startScript(packed))).toEqual(['${config}']);
});

test('the same files make the same scripts', () => {
  expect(packRuntime(FILES)).toEqual(packed);
});

test.each([
  ['before its parts', (all: string[]) => all.toReversed()],
  ['after its parts', (all: string[]) => all],
])('the start script, started %s, starts exactly what was packed', async (_when, order) => {
  using folder = scratch();
  const home = folder.path;
  const results = await runAll(order([...parts(), started()]), home);
  const statuses = results.map(({ status }) => status);
  expect(statuses.filter((status) => status === 0)).toHaveLength(packed.parts.length);
  expect(statuses).toContain(7);

  const runtime = join(stateOf(home), 'runtime', packed.id);
  expect(launch(home)).toEqual({
    file: join(runtime, 'aigov.cjs'),
    arguments: [
      'workspace',
      'start',
      '--config',
      join(stateOf(home), 'workspace.json'),
      '--helper',
      join(runtime, 'aigov-jail'),
      '--bin-dir',
      join(stateOf(home), 'bin'),
    ],
  });
  expect(readFileSync(join(stateOf(home), 'workspace.json'), 'utf8')).toBe(CONFIG);
  expect(readFileSync(join(runtime, 'aigov-jail'), 'utf8')).toBe('helper of this machine');
  expect(readdirSync(runtime).sort()).toEqual(['aigov-jail', 'aigov.cjs']);
});

test('nothing in the state folder is open to other users', async () => {
  using folder = scratch();
  const home = folder.path;
  await runAll([...parts(), started()], home);
  const state = stateOf(home);
  const files = readdirSync(state, { recursive: true, encoding: 'utf8' });
  const modes = ['.', ...files].map((file) => statSync(join(state, file)).mode & 0o077);
  expect(new Set(modes)).toEqual(new Set([0]));
});

test('state and launchers go where the environment says', async () => {
  using folder = scratch();
  const home = folder.path;
  const environment = {
    XDG_STATE_HOME: join(home, 'x y'),
    CODER_SCRIPT_BIN_DIR: join(home, 'b n'),
  };
  await Promise.all(parts().map((script) => run(script, home, environment)));
  expect(await run(started(), home, environment)).toMatchObject({ status: 7 });
  expect(launch(home).arguments).toContain(join(home, 'b n'));
  expect(existsSync(join(home, 'x y', 'aigov', 'workspace.json'))).toBe(true);
  expect(existsSync(join(home, '.local'))).toBe(false);
});

test('a second start needs no parts and installs nothing new', async () => {
  using folder = scratch();
  const home = folder.path;
  await runAll([...parts(), started()], home);
  const runtime = join(stateOf(home), 'runtime', packed.id, 'aigov.cjs');
  const before = statSync(runtime).ino;
  expect(await run(started(packed, 0), home)).toMatchObject({ status: 7, stderr: '' });
  expect(statSync(runtime).ino).toBe(before);
});

test('parts of an older template are forgotten', async () => {
  using folder = scratch();
  const home = folder.path;
  const old = join(stateOf(home), 'incoming', 'old', '00');
  mkdirSync(dirname(old), { recursive: true });
  writeFileSync(old, 'x');
  await runAll([...parts(), started()], home);
  expect(readdirSync(join(stateOf(home), 'incoming'))).toEqual([packed.id]);
});

test('a runtime changed on disk is put right before it is started', async () => {
  using folder = scratch();
  const home = folder.path;
  await runAll([...parts(), started()], home);
  const runtime = join(stateOf(home), 'runtime', packed.id, 'aigov.cjs');
  writeFileSync(runtime, 'process.exit(0)');
  expect(await run(started(), home)).toMatchObject({ status: 7 });
  expect(readFileSync(runtime, 'utf8')).toBe(PROGRAM + BALLAST);
});

const wrong = (name: string): PackedRuntime => ({
  ...packed,
  files: packed.files.map((file) =>
    file.name === name ? { ...file, sha256: '0'.repeat(64) } : file,
  ),
});

test.each(['aigov.cjs', 'aigov-jail'])(
  'refuses to start when %s has another hash',
  async (name) => {
    using folder = scratch();
    const home = folder.path;
    const results = await runAll([...parts(), started(wrong(name))], home);
    expect(results.at(-1)).toMatchObject({ status: 1 });
    expect(results.at(-1)?.stderr).toContain(
      `aigov: ${name} is not the one this template was made with`,
    );
    expect(existsSync(join(home, 'started.json'))).toBe(false);
  },
);

test('refuses to start when a part was cut', async () => {
  using folder = scratch();
  const home = folder.path;
  await runAll(parts(), home);
  writeFileSync(join(stateOf(home), 'incoming', packed.id, '01'), 'AAAA');
  const result = await run(started(), home);
  expect(result).toMatchObject({ status: 1 });
  expect(result.stderr).toContain('aigov.cjs in this workspace is damaged');
  expect(existsSync(join(home, 'started.json'))).toBe(false);
});

test('names the part that does not arrive, and starts nothing', async () => {
  using folder = scratch();
  const home = folder.path;
  await runAll(parts().slice(1), home);
  const result = await run(started(packed, 0), home);
  expect(result).toMatchObject({ status: 1 });
  expect(result.stderr).toContain('aigov: part 00 of the runtime did not arrive');
  expect(existsSync(join(home, 'started.json'))).toBe(false);
});

test('a workspace of another architecture is told what is missing', async () => {
  using folder = scratch();
  const foreign = packRuntime(FILES.filter((file) => file.arch !== arch));
  const result = await run(started(foreign), folder.path);
  expect(result).toMatchObject({ status: 1 });
  expect(result.stderr).toContain(`no helper for ${arch}`);
});

/** A folder that stands for an image's PATH: these programs, and what the script needs besides. */
function imagePath(folder: string, programs: Record<string, string>): string {
  const path = join(folder, 'image');
  mkdirSync(path);
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(path, name), text);
    chmodSync(join(path, name), 0o755);
  }
  return path;
}

test('an image without Node.js is told so', async () => {
  using folder = scratch();
  const result = await run(started(), folder.path, { PATH: imagePath(folder.path, {}) });
  expect(result).toMatchObject({ status: 3 });
  expect(result.stderr).toBe(
    'aigov: no Node.js in this image. Add Node.js 20.19 or newer to its PATH.\n',
  );
});

test('an image with an old Node.js is told so', async () => {
  using folder = scratch();
  const old = '#!/bin/sh\n[ "$1" = --version ] && echo v18.20.0\nexit 1\n';
  const result = await run(started(), folder.path, { PATH: imagePath(folder.path, { node: old }) });
  expect(result).toMatchObject({ status: 3 });
  expect(result.stderr).toContain('aigov: Node.js v18.20.0 is too old.');
});

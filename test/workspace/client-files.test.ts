import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { allClients } from '../../clients';
import { writeClientFiles } from '../../workspace';
import { ScratchWorkspace } from './runtime';

const gateway = { baseUrl: 'http://127.0.0.1:4180' };
const CODEX = '.codex/config.toml';
const GEMINI = '.gemini/settings.json';

let folder: string;
let home: string;
let log: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aigov-files-'));
  home = join(folder, 'home');
  mkdirSync(home);
  log = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function configure(...clients: readonly string[]) {
  return writeClientFiles({ home, clients, gateway, log: (line) => log.push(line) });
}

function put(path: string, text: string, mode = 0o600): void {
  mkdirSync(dirname(join(home, path)), { recursive: true });
  writeFileSync(join(home, path), text, { mode });
}

const read = (path: string) => readFileSync(join(home, path), 'utf8');
const modeOf = (path: string) => statSync(join(home, path)).mode & 0o777;

test('a home without any files gets those of the template’s clients and no others [TM-1]', () => {
  expect(configure('codex', 'claude-code', 'gemini-cli')).toEqual([
    { path: `~/${CODEX}`, outcome: 'written' },
    { path: `~/${GEMINI}`, outcome: 'written' },
  ]);
  expect(read(CODEX)).toContain('base_url = "http://127.0.0.1:4180/openai/v1"');
  expect(readdirSync(home).toSorted()).toEqual(['.codex', '.gemini']);
  expect([modeOf('.codex'), modeOf(CODEX), log]).toEqual([0o700, 0o600, []]);
});

test('every client’s files are written, and a second start changes nothing', () => {
  const ids = allClients.map(({ id }) => id);
  const first = configure(...ids);
  const written = first.map(({ path }) => statSync(join(home, path.slice(2))).ino);
  expect(new Set(first.map(({ outcome }) => outcome))).toEqual(new Set(['written']));
  const second = configure(...ids);
  expect(new Set(second.map(({ outcome }) => outcome))).toEqual(new Set(['unchanged']));
  expect(second.map(({ path }) => statSync(join(home, path.slice(2))).ino)).toEqual(written);
});

test('what the user has set stays, and so does the file’s mode', () => {
  put(GEMINI, '{"theme":"GitHub","privacy":{"usageStatisticsEnabled":true}}');
  put(CODEX, 'model = "gpt-5"\n\n[tui]\ntheme = "dark"\n');
  chmodSync(join(home, GEMINI), 0o664);
  configure('codex', 'gemini-cli');
  expect(JSON.parse(read(GEMINI))).toMatchObject({
    theme: 'GitHub',
    privacy: { usageStatisticsEnabled: false },
  });
  expect(read(CODEX)).toMatch(/model = "gpt-5"[^]*theme = "dark"/);
  expect(modeOf(GEMINI)).toBe(0o664);
  expect(readdirSync(join(home, '.gemini'))).toEqual(['settings.json']);
});

interface Refusal {
  readonly why: string;
  readonly prepare: () => void;
  readonly says: string;
}

test.each<Refusal>([
  { why: 'is not JSON', prepare: () => put(GEMINI, '{"theme": // mine'), says: 'it is not JSON' },
  {
    why: 'is a pipe nobody writes to',
    prepare: () => {
      mkdirSync(join(home, '.gemini'));
      execFileSync('mkfifo', [join(home, GEMINI)]);
    },
    says: 'it is not a regular file',
  },
  {
    why: 'is larger than any settings',
    prepare: () => put(GEMINI, ' '.repeat(1024 * 1024 + 1)),
    says: 'over 1048576 bytes',
  },
  {
    why: 'links out of home',
    prepare: () => {
      mkdirSync(join(home, '.gemini'));
      writeFileSync(join(folder, 'outside.json'), '{}');
      symlinkSync(join(folder, 'outside.json'), join(home, GEMINI));
    },
    says: 'a symbolic link leads out of',
  },
  {
    why: 'is in a folder that links out of home',
    prepare: () => {
      mkdirSync(join(folder, 'outside'));
      symlinkSync('../outside', join(home, '.gemini'));
    },
    says: 'a symbolic link leads out of',
  },
  {
    why: 'links to nothing yet',
    prepare: () => {
      mkdirSync(join(home, '.gemini'));
      symlinkSync(join(folder, 'outside.json'), join(home, GEMINI));
    },
    says: 'ENOENT',
  },
  {
    why: 'is in a folder that is a file',
    prepare: () => put('.gemini', ''),
    says: 'ENOTDIR',
  },
])('a file that $why is left alone, and the log says so; the others are written', (refusal) => {
  refusal.prepare();
  const before = readdirSync(folder, { recursive: true }).length;
  expect(configure('codex', 'gemini-cli')).toEqual([
    { path: `~/${CODEX}`, outcome: 'written' },
    { path: `~/${GEMINI}`, outcome: 'left-alone' },
  ]);
  expect(log).toEqual([expect.stringMatching(/^~\/\.gemini\/settings\.json: left alone, /)]);
  expect(log[0]).toContain(refusal.says);
  const added = ['.codex', CODEX];
  expect(readdirSync(folder, { recursive: true })).toHaveLength(before + added.length);
});

test('bytes outside home stay as they were when a link leads there', () => {
  const outside = join(folder, 'outside.json');
  writeFileSync(outside, '{"theirs":true}');
  mkdirSync(join(home, '.gemini'));
  symlinkSync(outside, join(home, GEMINI));
  configure('gemini-cli');
  expect(readFileSync(outside, 'utf8')).toBe('{"theirs":true}');
});

test('settings linked from a folder of dotfiles in home are merged there, and the link stays', () => {
  put('dotfiles/gemini.json', '{"theme":"GitHub"}');
  mkdirSync(join(home, '.gemini'));
  symlinkSync('../dotfiles/gemini.json', join(home, GEMINI));
  configure('gemini-cli');
  expect(JSON.parse(read('dotfiles/gemini.json'))).toMatchObject({
    theme: 'GitHub',
    security: { auth: { selectedType: 'gemini-api-key' } },
  });
  expect(readdirSync(join(home, '.gemini'), { withFileTypes: true })[0]?.isSymbolicLink()).toBe(
    true,
  );
});

test('`aigov workspace start` writes them for the relay’s port, whatever the user broke [TM-1]', async () => {
  await using workspace = await ScratchWorkspace.create({
    gateway: { kind: 'bundled', providers: [] },
    isFirewallEnabled: false,
    clients: ['codex', 'gemini-cli'],
  });
  mkdirSync(join(workspace.home, '.gemini'));
  writeFileSync(join(workspace.home, GEMINI), 'not json');
  const started = await workspace.start();
  expect(started.code).toBe(0);
  expect(started.stderr).toMatch(/^aigov: ~\/\.gemini\/settings\.json: left alone, .* not JSON\n/);
  const codex = readFileSync(join(workspace.home, CODEX), 'utf8');
  expect(codex).toContain(`"http://127.0.0.1:${workspace.port}/openai/v1"`);
}, 60_000);

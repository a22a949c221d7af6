import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, dirname, resolve } from 'node:path';

const ROOT = resolve(__dirname, '..');

/** Who may import whom: the arrows of docs/architecture.md. Imports point down only. */
const MAY_IMPORT: Record<string, readonly string[] | 'every room'> = {
  policy: [],
  audit: ['policy'],
  usage: ['audit', 'policy'],
  clients: ['policy'],
  gateway: ['clients', 'audit', 'policy'],
  firewall: ['audit', 'policy'],
  workspace: ['gateway', 'firewall', 'clients', 'audit', 'policy'],
  server: ['dashboard', 'usage', 'gateway', 'audit', 'policy'],
  dashboard: [],
  provider: ['policy'],
  constructs: ['clients', 'policy'],
  emulator: ['provider/plugin'],
  cli: 'every room',
  bench: 'every room',
  examples: ['constructs'],
};

/** Doors other rooms may use besides `index.ts`. */
const SECOND_DOORS = new Set([
  'policy/schema',
  'provider/plugin',
  'constructs/coder',
  'constructs/docker',
]);

const TOP_LEVEL = new Set([
  ...Object.keys(MAY_IMPORT),
  'modules',
  'docs',
  'test',
  'package.json',
  'package-lock.json',
  'cdktf.json',
  'tsconfig.json',
  'build.js',
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
]);

interface Arrow {
  readonly file: string;
  readonly from: string;
  readonly target: string;
}

/** None for a room that is not built yet: git keeps no empty folder. */
function sourceFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return sourceFiles(path);
    return /\.tsx?$/.test(name) ? [path] : [];
  });
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/(?:from|import|require)\s*\(?\s*'([^']+)'/g)].map(
    (match) => match[1] ?? '',
  );
}

function targetOf(file: string, specifier: string): string | undefined {
  if (specifier === 'aigov') return 'constructs';
  if (specifier.startsWith('aigov/')) return specifier.slice('aigov/'.length);
  if (!specifier.startsWith('.')) return undefined;
  return relative(ROOT, resolve(dirname(file), specifier));
}

function arrows(): Arrow[] {
  return Object.keys(MAY_IMPORT)
    .flatMap((room) => sourceFiles(join(ROOT, room)))
    .flatMap((path) => {
      const file = relative(ROOT, path);
      const from = file.split('/')[0] ?? '';
      return importsOf(path).flatMap((specifier) => {
        const target = targetOf(path, specifier);
        const leavesRoom = target !== undefined && target.split('/')[0] !== from;
        return leavesRoom ? [{ file, from, target }] : [];
      });
    });
}

/** `policy/index` and `policy` are the same door. */
function doorOf(target: string): string {
  return target.replace(/\/index$/, '');
}

function isLawful({ from, target }: Arrow): boolean {
  const allowed = MAY_IMPORT[from];
  const door = doorOf(target);
  const room = door.split('/')[0] ?? '';
  // Benchmarks and fuzzers hold a room's insides against a naive reference.
  const isDoor = door === room || SECOND_DOORS.has(door) || from === 'bench';
  if (allowed === 'every room') return isDoor;
  return isDoor && (allowed?.some((name) => door === name || (name === room && isDoor)) ?? false);
}

test('every import between rooms follows an arrow of the design and goes through a door', () => {
  const unlawful = arrows().filter((arrow) => !isLawful(arrow));
  expect(unlawful).toEqual([]);
});

test('an unlawful arrow is seen', () => {
  expect(isLawful({ file: 'x', from: 'gateway', target: 'firewall' })).toBe(false);
  expect(isLawful({ file: 'x', from: 'server', target: 'audit/ledger' })).toBe(false);
  expect(isLawful({ file: 'x', from: 'emulator', target: 'provider' })).toBe(false);
  expect(isLawful({ file: 'x', from: 'server', target: 'audit/index' })).toBe(true);
});

test('the top level is exactly the rooms', () => {
  const found = readdirSync(ROOT).filter((name) => !name.startsWith('.'));
  const generated = new Set(['node_modules', 'dist', 'coverage', 'cdktf.out', 'aigov-data']);
  expect(found.filter((name) => !TOP_LEVEL.has(name) && !generated.has(name))).toEqual([]);
});

test('only cli reads the environment', () => {
  const readers = Object.keys(MAY_IMPORT)
    .filter((room) => !['cli', 'bench', 'examples'].includes(room))
    .flatMap((room) => sourceFiles(join(ROOT, room)))
    .filter((path) => /process\.env\b/.test(readFileSync(path, 'utf8')))
    .map((path) => relative(ROOT, path));
  expect(readers).toEqual([]);
});

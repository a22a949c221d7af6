/** What a jail costs: start against bubblewrap and nothing, and the guard per exec. Ratios within one run. */
import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NewRecord, Recorder } from '../audit';
import { startJailHost, type JailHost, type JailHostOptions } from '../firewall';

export interface JailBenchOptions {
  /** Folder of the repository. */
  readonly root: string;
  /** @default 30 */
  readonly rounds?: number;
  /** Execs per guard measurement. @default 1000 */
  readonly execs?: number;
  readonly onProgress?: (text: string) => void;
}

export interface StartRow {
  readonly what: 'nothing' | 'bwrap' | 'jail';
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly overBwrap?: number;
}

export interface GuardRow {
  readonly what: 'known unwatched file' | 'watched file, asked each time';
  /** Least of the rounds over least of the same jail without a guard: other load only ever adds. */
  readonly addedUsPerExec: number;
}

export interface JailBenchResult {
  readonly start: readonly StartRow[];
  readonly guard: readonly GuardRow[];
  /** Why a peer is missing. */
  readonly notes: readonly string[];
}

const GUARD_ROUNDS = 9;
const BWRAP = 'bwrap --unshare-net --unshare-pid --ro-bind / / --dev /dev --tmpfs /tmp true'.split(
  ' ',
);

function nowhere(): Recorder {
  return {
    record: ({ content: _content, ...record }: NewRecord) =>
      Promise.resolve({
        ...record,
        version: 1,
        time: '',
        chain: { uid: '', seq: 0, prev: '', hash: '' },
      }),
  };
}

function startHost(
  folder: string,
  root: string,
  options: Partial<JailHostOptions>,
): Promise<JailHost> {
  const stateDir = join(folder, randomUUID());
  mkdirSync(stateDir, { mode: 0o700 });
  return startJailHost({
    stateDir,
    helperPath: join(root, `firewall/native/aigov-jail-${process.arch}`),
    policy: () => ({ version: 'bench', mode: 'enforce', auditOnFailure: 'block' }),
    guardPolicy: () => ({
      watchedNames: [],
      decideExec: () => ({ effect: 'allow', reason: 'no_rule_denies' }),
    }),
    recorder: nowhere(),
    newId: randomUUID,
    facts: {},
    network: {
      accept: (socket) => socket.destroy(),
      acceptProxy: (socket) => socket.destroy(),
      answerDns: () => undefined,
      forget: () => undefined,
    },
    caBundle: '',
    loopback: [],
    log: () => undefined,
    ...options,
  });
}

/** Milliseconds from spawn to the end of the command. */
function timeRun(argv: readonly string[], cwd: string): Promise<number> {
  const [program = '', ...args] = argv;
  const startedMs = performance.now();
  const child = spawn(program, args, {
    cwd,
    stdio: 'ignore',
    env: { PATH: '/usr/bin:/bin', HOME: cwd },
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status) =>
      status === 0
        ? resolve(performance.now() - startedMs)
        : reject(new Error(`${argv.join(' ')} ended with ${status}`)),
    );
  });
}

function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}

async function measureStart(host: JailHost, folder: string, rounds: number, hasBwrap: boolean) {
  const commands: readonly (readonly [StartRow['what'], readonly string[]])[] = [
    ['nothing', ['true']],
    ...(hasBwrap ? [['bwrap', BWRAP] as const] : []),
    ['jail', host.launchArguments(['true'])],
  ];
  const times = new Map(commands.map(([what]) => [what, [] as number[]]));
  for (let round = 0; round < rounds + 1; round += 1) {
    for (const [what, argv] of commands) {
      const elapsedMs = await timeRun(argv, folder);
      if (round > 0) times.get(what)?.push(elapsedMs); // the first round warms caches
    }
  }
  const bwrapMs = quantile(times.get('bwrap') ?? [], 0.5);
  return commands.map(([what]): StartRow => {
    const p50Ms = quantile(times.get(what) ?? [], 0.5);
    const p90Ms = quantile(times.get(what) ?? [], 0.9);
    return { what, p50Ms, p90Ms, ...(hasBwrap ? { overBwrap: p50Ms / bwrapMs } : {}) };
  });
}

/** Microseconds per exec of a static loop in the shell, start-up taken off. */
async function timeExecs(host: JailHost, folder: string, execs: number): Promise<number> {
  const loop = (count: number) =>
    host.launchArguments([
      '/bin/sh',
      '-c',
      `i=0; while [ $i -lt ${count} ]; do /bin/true; i=$((i+1)); done`,
    ]);
  const emptyMs = await timeRun(loop(0), folder);
  const fullMs = await timeRun(loop(execs), folder);
  return ((fullMs - emptyMs) * 1000) / execs;
}

async function measureGuard(hosts: readonly JailHost[], folder: string, execs: number) {
  const times: number[][] = hosts.map(() => []);
  for (let round = 0; round < GUARD_ROUNDS; round += 1)
    for (const [index, host] of hosts.entries())
      times[index]?.push(await timeExecs(host, folder, execs));
  const [none = NaN, known = NaN, asked = NaN] = times.map((values) => Math.min(...values));
  return [
    { what: 'known unwatched file', addedUsPerExec: known - none },
    { what: 'watched file, asked each time', addedUsPerExec: asked - none },
  ] as const;
}

/** Needs level A. bubblewrap is measured where it is installed. */
export async function benchJail(options: JailBenchOptions): Promise<JailBenchResult> {
  const { root, rounds = 30, execs = 1000, onProgress = () => undefined } = options;
  const folder = mkdtempSync(join(tmpdir(), 'aigov-bench-'));
  const hasBwrap = spawnSync(BWRAP[0] ?? '', BWRAP.slice(1)).status === 0;
  const withoutGuard = await startHost(folder, root, {
    amendPlan: ({ notify: _notify, ...plan }) => plan,
  });
  const host = await startHost(folder, root, {});
  const watching = await startHost(folder, root, {
    guardPolicy: () => ({
      watchedNames: ['true'],
      decideExec: () => ({ effect: 'allow', reason: 'no_rule_denies' }),
    }),
  });
  try {
    onProgress('start');
    const start = await measureStart(host, folder, rounds, hasBwrap);
    onProgress('guard');
    const guard = await measureGuard([withoutGuard, host, watching], folder, execs);
    return { start, guard, notes: hasBwrap ? [] : ['bwrap is not installed or cannot run here'] };
  } finally {
    for (const started of [withoutGuard, host, watching]) await started.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

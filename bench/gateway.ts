import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildSync } from 'esbuild';
import { PLACEHOLDER_KEY } from '../clients';
import { BENCH_TOKEN, type UsageReport, type WorkerRole } from './gateway-roles';
import { runLoad, type LoadResult } from './load';

export interface GatewayBenchOptions {
  /** Folder of the repository. */
  readonly root: string;
  /** @default 3 */
  readonly rounds?: number;
  /** Length of one measurement. @default 1500 */
  readonly durationMs?: number;
  /** Told what is being measured. */
  readonly onProgress?: (text: string) => void;
}

/** CPU of one process, per request, and its ratio to the floor in the same round. Medians over rounds. */
export interface GatewayBenchRow {
  readonly scenario: string;
  readonly connections: number;
  readonly process: 'floor' | 'relay' | 'server';
  readonly cpuUsPerRequest: number;
  /** Of it outside the main thread: the database that follows the log, the disk, the collector. */
  readonly besideMainUs: number;
  readonly overFloor: number;
  /** Seen by the client. Each process stands alone in front of the same provider. */
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly firstByteP50Ms: number;
  readonly rssMb: number;
}

interface Scenario {
  readonly name: string;
  readonly isStreaming: boolean;
  readonly promptBytes: number;
  /** 150 events, one each 10 ms, in place of 200 at once. */
  readonly isPaced?: boolean;
}

const SCENARIOS: readonly Scenario[] = [
  { name: 'JSON', isStreaming: false, promptBytes: 60 },
  { name: '100 kB request', isStreaming: false, promptBytes: 100_000 },
  { name: '200-event stream', isStreaming: true, promptBytes: 60 },
  { name: 'paced stream', isStreaming: true, promptBytes: 60, isPaced: true },
];
const CONNECTIONS = [32, 1] as const;

/** Measures relay and server, audit on, over a node:http + undici pass-through, all in one run. */
export async function runGatewayBench(options: GatewayBenchOptions): Promise<GatewayBenchRow[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'aigov-bench-'));
  const workers: Worker[] = [];
  const launch = async (role: WorkerRole) => {
    const worker = await Worker.start(join(scratch, 'worker.js'), role);
    workers.push(worker);
    return worker;
  };
  try {
    buildWorker(options.root, scratch);
    const provider = await launch({ kind: 'provider' });
    const floor = await launch({ kind: 'floor', upstream: provider.url });
    const databasePath = join(scratch, 'ledger', 'aigov.db');
    const server = await launch({ kind: 'server', upstream: provider.url, databasePath });
    const relay = await launch({ kind: 'relay', upstream: provider.url });
    return await measureAll({ floor, relay, server }, options);
  } finally {
    for (const worker of workers) worker.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
}

function buildWorker(root: string, scratch: string): void {
  buildSync({
    entryPoints: {
      worker: join(root, 'bench', 'gateway-worker.ts'),
      'writer-thread': join(root, 'audit', 'ledger', 'writer-thread.ts'),
    },
    outdir: scratch,
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    logLevel: 'error',
  });
}

interface Chain {
  readonly floor: Worker;
  readonly relay: Worker;
  readonly server: Worker;
}

async function measureAll(
  chain: Chain,
  { rounds = 3, durationMs = 1500, onProgress = () => undefined }: GatewayBenchOptions,
): Promise<GatewayBenchRow[]> {
  const rows: GatewayBenchRow[] = [];
  for (const connections of CONNECTIONS)
    for (const scenario of SCENARIOS) {
      onProgress(`${scenario.name}, ${connections} connections`);
      await measureRound(chain, scenario, connections, durationMs / 3);
      const samples: Sample[] = [];
      for (let round = 0; round < rounds; round += 1)
        samples.push(await measureRound(chain, scenario, connections, durationMs));
      rows.push(...rowsOf(scenario.name, connections, samples));
    }
  return rows;
}

interface Measured {
  readonly cpuUs: number;
  readonly besideMainUs: number;
  readonly rssMb: number;
  readonly load: LoadResult;
}

type Sample = Readonly<Record<GatewayBenchRow['process'], Measured>>;

async function measureRound(
  { floor, relay, server }: Chain,
  scenario: Scenario,
  connections: number,
  durationMs: number,
): Promise<Sample> {
  const load = ({ port }: Worker, credential: string) =>
    runLoad({ port, request: requestBytes(scenario, credential), connections, durationMs });
  const [floorCpu] = await measure([floor], () => load(floor, BENCH_TOKEN));
  const [serverCpu] = await measure([server], () => load(server, BENCH_TOKEN));
  const [relayCpu] = await measure([relay], () => load(relay, PLACEHOLDER_KEY));
  if (!floorCpu || !serverCpu || !relayCpu) throw new Error('a worker gave no report');
  return { floor: floorCpu, server: serverCpu, relay: relayCpu };
}

async function measure(
  workers: readonly Worker[],
  run: () => Promise<LoadResult>,
): Promise<Measured[]> {
  const before = await Promise.all(workers.map((worker) => worker.report()));
  const load = await run();
  const after = await Promise.all(workers.map((worker) => worker.quietReport()));
  return after.map(({ cpuUs, besideMainUs, rssBytes }, i) => ({
    cpuUs: (cpuUs - (before[i]?.cpuUs ?? 0)) / load.requests,
    besideMainUs: (besideMainUs - (before[i]?.besideMainUs ?? 0)) / load.requests,
    rssMb: rssBytes / 1e6,
    load,
  }));
}

function requestBytes(
  { isStreaming, promptBytes, isPaced = false }: Scenario,
  credential: string,
): Buffer {
  const prompt = 'please look at this file and tell me what it does '
    .repeat(Math.ceil(promptBytes / 50))
    .slice(0, promptBytes);
  const body = `{"model":"claude-bench","max_tokens":1024,"metadata":{"user_id":"${isPaced ? 'paced' : 'any'}"},"stream":${isStreaming},"messages":[{"role":"user","content":[{"type":"text","text":"${prompt}"}]}]}`;
  return Buffer.from(
    [
      'POST /anthropic/v1/messages?beta=true HTTP/1.1',
      'host: 127.0.0.1',
      `x-api-key: ${credential}`,
      'user-agent: claude-cli/2.1.328 (external, sdk-cli)',
      'x-claude-code-session-id: 6f1f6f0e-3f55-4d0c-9a53-6f5c1c3a9c11',
      'anthropic-version: 2023-06-01',
      'anthropic-beta: a-2026-01-01,b-2026-02-02',
      'content-type: application/json',
      `content-length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );
}

function rowsOf(
  scenario: string,
  connections: number,
  samples: readonly Sample[],
): GatewayBenchRow[] {
  return (['floor', 'relay', 'server'] as const).map((process) => {
    const of = (read: (measured: Measured) => number) =>
      median(samples.map((sample) => read(sample[process])));
    return {
      scenario,
      connections,
      process,
      cpuUsPerRequest: of(({ cpuUs }) => cpuUs),
      besideMainUs: of(({ besideMainUs }) => besideMainUs),
      overFloor: median(samples.map((sample) => sample[process].cpuUs / sample.floor.cpuUs)),
      requestsPerSecond: of(({ load }) => load.requests / load.seconds),
      p50Ms: of(({ load }) => load.p50Ms),
      p99Ms: of(({ load }) => load.p99Ms),
      firstByteP50Ms: of(({ load }) => load.firstByteP50Ms),
      rssMb: of(({ rssMb }) => rssMb),
    };
  });
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** A process is quiet that used less than 2 % of a core for so long. */
const QUIET_MS = 250;

/** A child process that can be asked for its CPU time. */
class Worker {
  readonly #child: ChildProcess;
  readonly port: number;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  static async start(file: string, role: WorkerRole): Promise<Worker> {
    const child = fork(file, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    child.send(role);
    const [{ port }] = (await once(child, 'message')) as [{ port: number }];
    return new Worker(child, port);
  }

  async report(): Promise<UsageReport> {
    this.#child.send({ kind: 'report' });
    const [report] = (await once(this.#child, 'message')) as [UsageReport];
    return report;
  }

  /** Once it has nothing more to do: what a load left behind, such as records on their way into the database, counts. */
  async quietReport(): Promise<UsageReport> {
    for (let last = await this.report(); ;) {
      await sleep(QUIET_MS);
      const next = await this.report();
      if (next.cpuUs - last.cpuUs < QUIET_MS * 20) return next;
      last = next;
    }
  }

  stop(): void {
    this.#child.kill('SIGKILL');
  }
}

/** The table as people read it. */
export function renderGatewayBench(rows: readonly GatewayBenchRow[]): string {
  const lines = rows.map((row) => [
    row.scenario,
    String(row.connections),
    row.process,
    row.cpuUsPerRequest.toFixed(0),
    row.besideMainUs.toFixed(0),
    row.overFloor.toFixed(2),
    row.requestsPerSecond.toFixed(0),
    row.p50Ms.toFixed(2),
    row.p99Ms.toFixed(2),
    row.firstByteP50Ms.toFixed(2),
    row.rssMb.toFixed(0),
  ]);
  const head = [
    'case',
    'conn',
    'process',
    'CPU µs/req',
    'beside main',
    '× floor',
    'req/s',
    'p50 ms',
    'p99 ms',
    'first byte ms',
    'RSS MB',
  ];
  return [head, head.map(() => '---'), ...lines]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

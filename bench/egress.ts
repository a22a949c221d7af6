import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { download, firstEventDelay, loadRoad, type Road, type RoadResult } from './egress-load';
import {
  type EgressRole,
  type EgressWorkerReady,
  type EgressWorkerReport,
  LARGE_ANSWER_BYTES,
} from './egress-roles';

export interface EgressBenchOptions {
  /** Folder of the repository. */
  readonly root: string;
  /** @default 3 */
  readonly rounds?: number;
  /** Length of one measurement. @default 2000 */
  readonly durationMs?: number;
  /** Records go to a durable spool instead of nowhere. @default false */
  readonly hasSpool?: boolean;
  /** Told what is being measured. */
  readonly onProgress?: (text: string) => void;
}

/** Medians over rounds; direct and through the firewall alternate within a round. */
export interface EgressLoadRow {
  readonly scenario: string;
  readonly connections: number;
  readonly directRps: number;
  readonly rps: number;
  /** Of the firewall's process. */
  readonly cpuUsPerRequest: number;
  /** The same over that of the floor, which speaks HTTP/1.1 to every origin. */
  readonly cpuOverFloor: number;
  readonly addedP50Ms: number;
  readonly lostConnections: number;
}

export interface EgressBodyRow {
  readonly scenario: string;
  /** Throughput through the firewall over direct. */
  readonly ofDirect: number;
  readonly megabytesPerSecond: number;
  readonly peakRssMb: number;
}

export interface EgressBenchResult {
  readonly load: readonly EgressLoadRow[];
  readonly bodies: readonly EgressBodyRow[];
  /** p50 of 50 first events, direct and through the firewall. */
  readonly firstEventMs: { readonly direct: number; readonly firewall: number };
}

/** A process of the benchmark. */
export class Worker {
  private constructor(
    private readonly child: ChildProcess,
    readonly ready: EgressWorkerReady,
  ) {}

  static async start(script: string, role: EgressRole): Promise<Worker> {
    const child = fork(script, {
      // As the daemon is started (workspace/control.ts).
      execArgv: ['--max-semi-space-size=2'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    child.send(role);
    const [ready] = (await once(child, 'message')) as [EgressWorkerReady];
    return new Worker(child, ready);
  }

  async report(): Promise<EgressWorkerReport> {
    this.child.send('report');
    const [report] = (await once(this.child, 'message')) as [EgressWorkerReport];
    return report;
  }

  stop(): void {
    this.child.kill('SIGKILL');
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

interface Pair {
  readonly name: string;
  readonly direct: Road;
  readonly through: Road;
  readonly floor: Road;
}

interface Chain {
  readonly origin: EgressWorkerReady;
  readonly firewall: Worker;
  readonly floor: Worker;
}

function pairsOf(name: string, { origin, ...chain }: Chain): Pair[] {
  const [firewall, floor] = [chain.firewall.ready, chain.floor.ready];
  const road = (port: number, originPort: number, ca?: string): Road =>
    ca === undefined ? { port, originPort } : { port, originPort, ca };
  return [
    {
      name: `HTTP${name}`,
      direct: road(origin.http, origin.http),
      through: road(firewall.http, origin.http),
      floor: road(floor.http, origin.http),
    },
    {
      name: `HTTPS${name}`,
      direct: road(origin.https, origin.https, origin.ca),
      through: road(firewall.https, origin.https, firewall.ca),
      floor: road(floor.https, origin.https, floor.ca),
    },
  ];
}

interface Round {
  readonly direct: RoadResult;
  readonly through: RoadResult;
  readonly cpuUs: number;
  readonly floorCpuUs: number;
}

/** CPU of a worker per request of a load. */
async function measureCpu(
  worker: Worker,
  run: () => Promise<RoadResult>,
): Promise<[RoadResult, number]> {
  const before = await worker.report();
  const result = await run();
  const after = await worker.report();
  return [result, (after.cpuUs - before.cpuUs) / result.requests];
}

async function measureRound(
  pair: Pair,
  { firewall, floor }: Chain,
  connections: number,
  durationMs: number,
): Promise<Round> {
  const direct = await loadRoad(pair.direct, connections, durationMs);
  const [, floorCpuUs] = await measureCpu(floor, () =>
    loadRoad(pair.floor, connections, durationMs),
  );
  const [through, cpuUs] = await measureCpu(firewall, () =>
    loadRoad(pair.through, connections, durationMs),
  );
  return { direct, through, cpuUs, floorCpuUs };
}

async function measureLoad(
  pair: Pair,
  chain: Chain,
  connections: number,
  { rounds = 3, durationMs = 2000 }: EgressBenchOptions,
): Promise<EgressLoadRow> {
  await measureRound(pair, chain, connections, durationMs / 2);
  const samples: Round[] = [];
  for (let round = 0; round < rounds; round += 1) {
    samples.push(await measureRound(pair, chain, connections, durationMs));
  }
  return {
    scenario: pair.name,
    connections,
    directRps: median(samples.map(({ direct }) => direct.requests / direct.seconds)),
    rps: median(samples.map(({ through }) => through.requests / through.seconds)),
    cpuUsPerRequest: median(samples.map(({ cpuUs }) => cpuUs)),
    cpuOverFloor: median(samples.map(({ cpuUs, floorCpuUs }) => cpuUs / floorCpuUs)),
    addedP50Ms: median(samples.map(({ direct, through }) => through.p50Ms - direct.p50Ms)),
    lostConnections: Math.max(...samples.map(({ through }) => through.lostConnections)),
  };
}

async function measureBody(pair: Pair, firewall: Worker, rounds: number): Promise<EgressBodyRow> {
  const samples: { ofDirect: number; speed: number; peak: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const direct = await download(pair.direct, '/large');
    await firewall.report();
    const through = await download(pair.through, '/large');
    const { peakRssBytes } = await firewall.report();
    if (through.bytes < LARGE_ANSWER_BYTES) throw new Error(`only ${through.bytes} bytes came`);
    samples.push({
      ofDirect: direct.seconds / through.seconds,
      speed: through.bytes / 1e6 / through.seconds,
      peak: peakRssBytes / 1e6,
    });
  }
  return {
    scenario: `${pair.name}, 100 MB down`,
    ofDirect: median(samples.map(({ ofDirect }) => ofDirect)),
    megabytesPerSecond: median(samples.map(({ speed }) => speed)),
    peakRssMb: Math.max(...samples.map(({ peak }) => peak)),
  };
}

async function measureEvents(pair: Pair): Promise<EgressBenchResult['firstEventMs']> {
  const direct: number[] = [];
  const firewall: number[] = [];
  for (let i = 0; i < 50; i += 1) {
    direct.push(await firstEventDelay(pair.direct));
    firewall.push(await firstEventDelay(pair.through));
  }
  return { direct: median(direct), firewall: median(firewall) };
}

/** Bundles the worker into the folder; its path. */
export function buildEgressWorker(root: string, folder: string): string {
  const outfile = join(folder, 'worker.js');
  buildSync({
    entryPoints: [join(root, 'bench', 'egress-worker.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    logLevel: 'error',
  });
  return outfile;
}

/** Measures the egress proxy against the direct path, with client, proxy and origin each a process of its own. */
export async function runEgressBench(options: EgressBenchOptions): Promise<EgressBenchResult> {
  const { onProgress = () => undefined, rounds = 3 } = options;
  const scratch = mkdtempSync(join(tmpdir(), 'aigov-egress-bench-'));
  const script = buildEgressWorker(options.root, scratch);
  const workers: Worker[] = [];
  const launch = async (role: EgressRole): Promise<Worker> => {
    const worker = await Worker.start(script, role);
    workers.push(worker);
    return worker;
  };
  const launchChain = async (hasHttp2: boolean): Promise<Chain> => {
    const origin = (await launch({ kind: 'origin', hasHttp2 })).ready;
    const spool = options.hasSpool === true ? { spoolDir: join(scratch, `spool-${hasHttp2}`) } : {};
    const firewall = await launch({ kind: 'firewall', origin, originCa: origin.ca, ...spool });
    const floor = await launch({ kind: 'floor', origin, originCa: origin.ca });
    return { origin, firewall, floor };
  };
  try {
    const one = await launchChain(false);
    const two = await launchChain(true);
    const [http, https] = pairsOf('', one);
    const [, h2] = pairsOf(', origin speaks h2', two);
    if (http === undefined || https === undefined || h2 === undefined) throw new Error('no roads');
    const load: EgressLoadRow[] = [];
    for (const connections of [1, 32]) {
      for (const [pair, chain] of [
        [http, one],
        [https, one],
        [h2, two],
      ] as const) {
        onProgress(`${pair.name}, ${connections} connections`);
        load.push(await measureLoad(pair, chain, connections, options));
      }
    }
    onProgress('large bodies');
    const bodies = [
      await measureBody(http, one.firewall, rounds),
      await measureBody(https, one.firewall, rounds),
    ];
    onProgress('first events');
    return { load, bodies, firstEventMs: await measureEvents(https) };
  } finally {
    for (const worker of workers) worker.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
}

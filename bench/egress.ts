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

class Worker {
  private constructor(
    private readonly child: ChildProcess,
    readonly ready: EgressWorkerReady,
  ) {}

  static async start(script: string, role: EgressRole): Promise<Worker> {
    const child = fork(script, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
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
}

function pairsOf(name: string, origin: EgressWorkerReady, firewall: EgressWorkerReady): Pair[] {
  const road = (port: number, originPort: number, ca?: string): Road =>
    ca === undefined ? { port, originPort } : { port, originPort, ca };
  return [
    {
      name: `HTTP${name}`,
      direct: road(origin.http, origin.http),
      through: road(firewall.http, origin.http),
    },
    {
      name: `HTTPS${name}`,
      direct: road(origin.https, origin.https, origin.ca),
      through: road(firewall.https, origin.https, firewall.ca),
    },
  ];
}

interface Round {
  readonly direct: RoadResult;
  readonly through: RoadResult;
  readonly cpuUs: number;
}

async function measureRound(
  pair: Pair,
  firewall: Worker,
  connections: number,
  durationMs: number,
): Promise<Round> {
  const direct = await loadRoad(pair.direct, connections, durationMs);
  const before = await firewall.report();
  const through = await loadRoad(pair.through, connections, durationMs);
  const after = await firewall.report();
  return { direct, through, cpuUs: (after.cpuUs - before.cpuUs) / through.requests };
}

async function measureLoad(
  pair: Pair,
  firewall: Worker,
  connections: number,
  { rounds = 3, durationMs = 2000 }: EgressBenchOptions,
): Promise<EgressLoadRow> {
  await measureRound(pair, firewall, connections, durationMs / 2);
  const samples: Round[] = [];
  for (let round = 0; round < rounds; round += 1) {
    samples.push(await measureRound(pair, firewall, connections, durationMs));
  }
  return {
    scenario: pair.name,
    connections,
    directRps: median(samples.map(({ direct }) => direct.requests / direct.seconds)),
    rps: median(samples.map(({ through }) => through.requests / through.seconds)),
    cpuUsPerRequest: median(samples.map(({ cpuUs }) => cpuUs)),
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

/** Measures the egress proxy against the direct path, with client, proxy and origin each a process of its own. */
export async function runEgressBench(options: EgressBenchOptions): Promise<EgressBenchResult> {
  const { onProgress = () => undefined, rounds = 3 } = options;
  const scratch = mkdtempSync(join(tmpdir(), 'aigov-egress-bench-'));
  const workers: Worker[] = [];
  const launch = async (role: EgressRole): Promise<Worker> => {
    const worker = await Worker.start(join(scratch, 'worker.js'), role);
    workers.push(worker);
    return worker;
  };
  const launchPair = async (hasHttp2: boolean) => {
    const origin = (await launch({ kind: 'origin', hasHttp2 })).ready;
    const spool = options.hasSpool === true ? { spoolDir: join(scratch, `spool-${hasHttp2}`) } : {};
    const firewall = await launch({ kind: 'firewall', origin, originCa: origin.ca, ...spool });
    return { origin, firewall };
  };
  try {
    buildSync({
      entryPoints: [join(options.root, 'bench', 'egress-worker.ts')],
      outfile: join(scratch, 'worker.js'),
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      logLevel: 'error',
    });
    const one = await launchPair(false);
    const two = await launchPair(true);
    const [http, https] = pairsOf('', one.origin, one.firewall.ready);
    const [, h2] = pairsOf(', origin speaks h2', two.origin, two.firewall.ready);
    if (http === undefined || https === undefined || h2 === undefined) throw new Error('no roads');
    const load: EgressLoadRow[] = [];
    for (const connections of [1, 32]) {
      for (const [pair, worker] of [
        [http, one.firewall],
        [https, one.firewall],
        [h2, two.firewall],
      ] as const) {
        onProgress(`${pair.name}, ${connections} connections`);
        load.push(await measureLoad(pair, worker, connections, options));
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

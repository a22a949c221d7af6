import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildEgressWorker, type EgressBenchOptions, Worker } from './egress';
import { download, holdStreams, loadRoad, type Road, upload } from './egress-load';
import type { EgressRole, EgressWorkerReady } from './egress-roles';

const GIGABYTE = 1024 ** 3;
const SLICES = 6;
const STREAMS = 500;

export interface EgressEnduranceResult {
  /** HTTPS at 32 connections: requests per second of each sixth of the time, and CPU per request over all of it. */
  readonly sustained: {
    readonly seconds: number;
    readonly rps: readonly number[];
    readonly cpuUsPerRequest: number;
    readonly lostConnections: number;
  };
  /** Peak memory of the proxy while 1 GiB goes through it, HTTPS. */
  readonly gigabyteRssMb: { readonly idle: number; readonly down: number; readonly up: number };
  /** Streams open at once that all got their event. */
  readonly streams: number;
  /** HTTPS at one connection with a real spool, by `audit.onFailure`: p50 over that of the direct path. */
  readonly durableAddedP50Ms: { readonly block: number; readonly allow: number };
}

interface Chain {
  readonly firewall: Worker;
  readonly direct: Road;
  readonly through: Road;
}

async function sustain({ firewall, through }: Chain, durationMs: number) {
  const rps: number[] = [];
  let [requests, lostConnections] = [0, 0];
  const before = await firewall.report();
  for (let slice = 0; slice < SLICES; slice += 1) {
    const result = await loadRoad(through, 32, durationMs / SLICES);
    rps.push(Math.round(result.requests / result.seconds));
    requests += result.requests;
    lostConnections += result.lostConnections;
  }
  const after = await firewall.report();
  const cpuUsPerRequest = (after.cpuUs - before.cpuUs) / requests;
  return { seconds: durationMs / 1000, rps, cpuUsPerRequest, lostConnections };
}

async function gigabyte({ firewall, through }: Chain) {
  const idle = (await firewall.report()).peakRssBytes / 1e6;
  const answer = await download(through, `/bytes/${GIGABYTE}`);
  if (answer.bytes < GIGABYTE) throw new Error(`only ${answer.bytes} bytes came`);
  const down = (await firewall.report()).peakRssBytes / 1e6;
  await upload(through, GIGABYTE);
  const up = (await firewall.report()).peakRssBytes / 1e6;
  return { idle, down, up };
}

async function addedP50({ direct, through }: Chain): Promise<number> {
  await loadRoad(through, 1, 500);
  const one = await loadRoad(direct, 1, 3000);
  return (await loadRoad(through, 1, 3000)).p50Ms - one.p50Ms;
}

/** What takes long: a minute of load, a gigabyte both ways, 500 streams, records on disk. */
export async function runEgressEndurance(
  options: Pick<EgressBenchOptions, 'root' | 'onProgress'> & { readonly sustainedMs?: number },
): Promise<EgressEnduranceResult> {
  const { onProgress = () => undefined, sustainedMs = 60_000 } = options;
  const scratch = mkdtempSync(join(tmpdir(), 'aigov-egress-endurance-'));
  const script = buildEgressWorker(options.root, scratch);
  const workers: Worker[] = [];
  const launch = async (role: EgressRole): Promise<Worker> => {
    const worker = await Worker.start(script, role);
    workers.push(worker);
    return worker;
  };
  const chainTo = async (
    origin: EgressWorkerReady,
    spool?: { spoolDir: string; onAuditFailure: 'block' | 'allow' },
  ): Promise<Chain> => {
    const firewall = await launch({ kind: 'firewall', origin, originCa: origin.ca, ...spool });
    const { ready } = firewall;
    return {
      firewall,
      direct: { port: origin.https, originPort: origin.https, ca: origin.ca },
      through: { port: ready.https, originPort: origin.https, ca: ready.ca },
    };
  };
  try {
    const origin = (await launch({ kind: 'origin', hasHttp2: false })).ready;
    onProgress('a gigabyte down and up');
    const gigabyteRssMb = await gigabyte(await chainTo(origin));
    onProgress(`${STREAMS} streams`);
    const chain = await chainTo(origin);
    const streams = await holdStreams(chain.through, STREAMS);
    onProgress('sustained load');
    const sustained = await sustain(chain, sustainedMs);
    onProgress('records on disk');
    const durable = async (onAuditFailure: 'block' | 'allow') =>
      addedP50(await chainTo(origin, { spoolDir: join(scratch, onAuditFailure), onAuditFailure }));
    const durableAddedP50Ms = { block: await durable('block'), allow: await durable('allow') };
    return { sustained, gigabyteRssMb, streams, durableAddedP50Ms };
  } finally {
    for (const worker of workers) worker.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
}

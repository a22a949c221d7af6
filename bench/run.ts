import { resolve } from 'node:path';
import { runEgressBench } from './egress';
import { runEgressEndurance } from './egress-endurance';
import { renderGatewayBench, runGatewayBench } from './gateway';
import { benchJail } from './jail';

/** Compiled to dist/bench. */
const root = resolve(__dirname, '..', '..');
const onProgress = (text: string) => void process.stderr.write(`${text}\n`);

const BENCHMARKS: Readonly<Record<string, () => Promise<string>>> = {
  'egress-endurance': async () =>
    JSON.stringify(await runEgressEndurance({ root, onProgress }), null, 2),
  egress: async () => JSON.stringify(await runEgressBench({ root, onProgress }), null, 2),
  gateway: async () => renderGatewayBench(await runGatewayBench({ root, onProgress })),
  jail: async () => JSON.stringify(await benchJail({ root, onProgress }), null, 2),
};

/** Runs the benchmark named on the command line: `node dist/bench/run.js gateway`. */
async function main(name: string): Promise<void> {
  const run = BENCHMARKS[name];
  if (run === undefined) throw new Error(`no benchmark ${name}`);
  process.stdout.write(`${await run()}\n`);
}

void main(process.argv[2] ?? '');

/**
 * Runs released AI clients through everything a governed workspace has: launcher, jail, relay, server, ledger. Each does
 * one tool-using turn against a scripted provider. `node dist/bench/real-clients.js [claude|codex|gemini|opencode|qwen]…`;
 * downloads over a gigabyte once, so it is no part of the tests. Exits 1 when a client did not work.
 */
import { resolve } from 'node:path';
import { knownClients, type RealClient } from './real-clients/cases';
import { findOut, isWorking, type Finding } from './real-clients/findings';
import { installClient } from './real-clients/install';
import { renderFindings } from './real-clients/render';
import { PROMPT } from './real-clients/script';
import { World } from './real-clients/world';

/** Compiled to dist/bench. */
const ROOT = resolve(__dirname, '..', '..');
const onProgress = (text: string) => void process.stderr.write(text);

async function main(names: readonly string[]): Promise<void> {
  const findings: Finding[] = [];
  for (const client of knownClients(names)) findings.push(await tryOut(client));
  process.stdout.write(renderFindings(findings));
  process.exitCode = findings.every(isWorking) ? 0 : 1;
}

async function tryOut(client: RealClient): Promise<Finding> {
  const bin = installClient(client, onProgress);
  onProgress(`${client.argv(PROMPT).join(' ')}\n`);
  await using world = await World.start(client, ROOT, bin);
  const ran = await world.runClient(PROMPT);
  await world.finish();
  const finding = await findOut(client, world, ran);
  if (!isWorking(finding)) onProgress(`${ran.stdout}\n${ran.stderr}\n`);
  return finding;
}

void main(process.argv.slice(2));

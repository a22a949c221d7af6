import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REAL_CLIENTS, type RealClient } from '../../bench/real-clients/cases';
import { findOut, isWorking, type Finding } from '../../bench/real-clients/findings';
import { VISIBLE_TMP } from '../../bench/real-clients/install';
import { renderFindings } from '../../bench/real-clients/render';
import { World } from '../../bench/real-clients/world';
import { clients, type ClientDefinition } from '../../clients';
import { ROOT } from './runtime';

// The clients themselves are over a gigabyte; here stand-ins show that the rehearsal tells working from broken.

const TIMEOUT_MS = 60_000;
let bin: string;

beforeEach(() => {
  bin = mkdtempSync(join(VISIBLE_TMP, 'aigov-stand-in-'));
});
afterEach(() => rmSync(bin, { recursive: true, force: true }));

/** Asks, runs the tool as told, reports; `runTool` is JavaScript. */
function clientScript(runTool: string): string {
  return `#!/usr/bin/env node
const { execSync } = require('node:child_process');
const ask = async (content) => {
  const response = await fetch(process.env.ANTHROPIC_BASE_URL + '/v1/messages', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'claude-cli/0.0.0',
      'x-claude-code-session-id': 'session-1',
      authorization: 'Bearer ' + process.env.ANTHROPIC_AUTH_TOKEN,
      'anthropic-version': '2023-06-01',
    },
    body: JSON.stringify({
      model: 'claude-stand-in',
      max_tokens: 10,
      tools: [{ name: 'Bash', input_schema: { type: 'object' } }],
      messages: [{ role: 'user', content }],
    }),
  });
  return (await response.json()).content[0];
};
(async () => {
  const call = await ask('go');
  await ask(${runTool});
})();
`;
}

async function tryOut(script: string): Promise<Finding> {
  const client: RealClient = {
    definition: clients.claudeCode,
    npmPackage: 'stand-in',
    version: '0.0.0',
    argv: (prompt) => ['claude', prompt],
    environment: {},
  };
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'claude'), script, { mode: 0o755 });
  await using world = await World.start(client, ROOT, bin);
  const ran = await world.runClient('go');
  await world.finish();
  return findOut(client, world, ran);
}

test(
  'a client that does its turn is found working, with all of it in the ledger [TM-1]',
  async () => {
    const finding = await tryOut(clientScript('String(execSync(call.input.command))'));
    expect(finding).toMatchObject({
      status: 0,
      upstreamRequests: 2,
      ledgerRequests: 2,
      identifiedAs: ['claude-code'],
      sessionIds: ['session-1'],
      didToolRun: true,
      denied: [],
    });
    expect(isWorking(finding)).toBe(true);
    expect(renderFindings([finding])).toContain('| Claude Code 0.0.0 | 0 | 2 / 2 | claude-code |');
  },
  TIMEOUT_MS,
);

test(
  'a client that claims the output without running the tool is not',
  async () => {
    const finding = await tryOut(clientScript("'ran-42'"));
    expect(finding).toMatchObject({ status: 0, didToolRun: false });
    expect(isWorking(finding)).toBe(false);
  },
  TIMEOUT_MS,
);

test(
  'a client that asks nothing is not, although it ends well',
  async () => {
    expect(isWorking(await tryOut('#!/bin/sh\nexit 0\n'))).toBe(false);
  },
  TIMEOUT_MS,
);

test('every client that is led to the relay by a file of its own is rehearsed [TM-1]', () => {
  const gateway = { baseUrl: 'http://127.0.0.1:4180' };
  const led = Object.values(clients).filter(
    (client: ClientDefinition) => (client.configFiles?.(gateway).length ?? 0) > 0,
  );
  const rehearsed = new Set(Object.values(REAL_CLIENTS).map(({ definition }) => definition.id));
  expect(led.filter(({ id }) => !rehearsed.has(id))).toEqual([]);
});

import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Anthropic from '@anthropic-ai/sdk';
import { openLedgerReader, verifySpool } from '../../audit';
import { startModelUpstream, type ModelUpstream } from '../../emulator';
import { loadServerConfig, startServer, type RunningServer } from '../../server';
import { recordsOf, ScratchWorkspace, SESSION_TOKEN } from './runtime';

const TIMEOUT_MS = 60_000;
const PROVIDER_KEY = 'sk-ant-provider-key';

/** A model that stops in the middle of its answer and keeps the line open. */
function stallingUpstream(): Promise<ModelUpstream> {
  return startModelUpstream({
    apiKey: PROVIDER_KEY,
    turns: [
      {
        content: [{ type: 'text', text: 'a long answer that never ends' }],
        behaviour: { kind: 'stall', afterEvents: 4 },
      },
    ],
  });
}

function startControlPlane(
  workspace: ScratchWorkspace,
  upstream: ModelUpstream,
): Promise<RunningServer> {
  const file = join(workspace.home, 'aigov.yaml');
  writeFileSync(
    file,
    `listen: 127.0.0.1:0
database: sqlite:${join(workspace.home, 'ledger', 'aigov.db')}
identity: { tokens: [{ user: alice, role: member, token: { env: SESSION } }] }
providers: [{ name: anthropic, type: anthropic, baseUrl: ${upstream.url}, keys: [{ env: KEY }] }]
`,
  );
  return startServer(loadServerConfig(file, { SESSION: SESSION_TOKEN, KEY: PROVIDER_KEY }));
}

/** Opens a stream through the relay and returns once its first event has arrived. */
async function openStream(workspace: ScratchWorkspace, apiKey: string): Promise<void> {
  const baseURL = `http://127.0.0.1:${workspace.port}/anthropic`;
  const client = new Anthropic({ baseURL, apiKey, authToken: null, maxRetries: 0 });
  const stream = client.messages.stream({
    model: 'claude-sonnet-5-5',
    max_tokens: 64,
    messages: [{ role: 'user', content: 'Go on.' }],
  });
  stream.on('error', () => undefined); // the relay is about to be killed
  await stream.emitted('streamEvent');
}

async function killRuntime(workspace: ScratchWorkspace): Promise<void> {
  process.kill(await workspace.pid(), 'SIGKILL');
}

test(
  'SIGKILL of a runtime that keeps the audit itself: the open interception is closed as crashed on restart',
  async () => {
    await using upstream = await stallingUpstream();
    await using workspace = await ScratchWorkspace.create({
      gateway: {
        kind: 'bundled',
        providers: [{ name: 'anthropic', type: 'anthropic', baseUrl: upstream.url }],
      },
    });
    await workspace.start();
    await openStream(workspace, PROVIDER_KEY);
    await killRuntime(workspace);
    expect((await workspace.start()).stderr).toBe('aigov: started\n');
    expect(await recordsOf(workspace, 'interception')).toMatchObject([
      { ending: 'crashed', data: { model: 'claude-sonnet-5-5' } },
    ]);
    expect(await verifySpool(join(workspace.stateDir, 'spool'))).toMatchObject({ valid: true });
  },
  TIMEOUT_MS,
);

test(
  'SIGKILL of a runtime before a server: the server closes the interception, the restart closes the jail as crashed',
  async () => {
    await using upstream = await stallingUpstream();
    await using workspace = await ScratchWorkspace.create({
      gateway: { kind: 'bundled', providers: [] },
    });
    await using server = await startControlPlane(workspace, upstream);
    workspace.configure({ gateway: { kind: 'server', url: server.url } });
    await workspace.start();
    const jailed = workspace.spawnJailed('sh', '-c', 'echo in; sleep 60');
    await once(jailed.stdout, 'data');
    await openStream(workspace, 'aigov-placeholder');
    await killRuntime(workspace);
    await once(jailed, 'exit');
    expect((await workspace.start()).stderr).toBe('aigov: started\n');
    expect(await recordsOf(workspace, 'jail')).toMatchObject([{ ending: 'crashed' }]);
    const ledger = openLedgerReader(join(workspace.home, 'ledger', 'aigov.db'));
    const { entries } = await ledger.listInterceptions({});
    await ledger.close();
    expect(entries).toMatchObject([{ ending: 'client_gone', actor: { user: 'alice' } }]);
  },
  TIMEOUT_MS,
);

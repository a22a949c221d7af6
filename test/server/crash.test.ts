import Anthropic from '@anthropic-ai/sdk';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLedger, openSpool, verifyLedger } from '../../audit';
import { startModelUpstream, type ScriptedTurn } from '../../emulator';
import { startChild, type Child } from '../gateway/child-process';

const TURN: ScriptedTurn = {
  content: [{ type: 'text', text: 'A long answer that the process will not see the end of.' }],
  behaviour: { kind: 'stall', afterEvents: 4 },
};
const QUESTION = {
  model: 'claude-scripted',
  max_tokens: 100,
  messages: [{ role: 'user' as const, content: 'tell me a long story' }],
};

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'aigov-crash-'));
});
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

/** Resolves in the middle of a streamed answer. */
async function startAnswer(child: Child, apiKey: string): Promise<void> {
  const client = new Anthropic({ baseURL: `${child.url}/anthropic`, apiKey, maxRetries: 0 });
  const stream = client.messages.stream(QUESTION);
  stream.on('error', () => undefined);
  await new Promise((resolve) => stream.once('streamEvent', resolve));
}

test('a server killed in mid-answer has the interception, closed as crashed when it starts again', async () => {
  await using upstream = await startModelUpstream({ turns: [TURN], apiKey: 'provider-key' });
  const config = join(scratch, 'aigov.yaml');
  const database = join(scratch, 'aigov.db');
  writeFileSync(
    config,
    `listen: 127.0.0.1:0
database: sqlite:${database}
identity: { tokens: [{ user: alice, token: { env: ALICE } }] }
providers: [{ name: anthropic, type: anthropic, baseUrl: "${upstream.url}", keys: [{ env: PROVIDER_KEY }] }]
`,
  );
  await using child = await startChild('test/server/server-process.ts', scratch, [config]);
  await startAnswer(child, 'token-of-alice');
  await child.crash();
  const ledger = await openLedger({ path: database });
  const { entries } = await ledger.listInterceptions({});
  expect(entries).toMatchObject([
    { ending: 'crashed', actor: { user: 'alice' }, data: { model: 'claude-scripted' } },
  ]);
  const detail = await ledger.getInterception(entries[0]?.id ?? '');
  expect(detail?.content).toEqual({ prompt: 'tell me a long story' });
  await ledger.close();
  expect(await verifyLedger(database)).not.toHaveProperty('firstBad');
});

test('a bundled relay killed in mid-answer has it in its spool, closed as crashed when it starts again', async () => {
  await using upstream = await startModelUpstream({ turns: [TURN], apiKey: 'users-own-key' });
  const directory = join(scratch, 'spool');
  const argv = [directory, upstream.url];
  await using child = await startChild('test/gateway/relay-process.ts', scratch, argv);
  await startAnswer(child, 'users-own-key');
  await child.crash();
  const spool = await openSpool({ directory });
  const batch = await spool.unshipped(1_000_000);
  expect(batch?.records.map(({ phase, data }) => [phase, data['ending']])).toEqual([
    ['open', undefined],
    ['close', 'crashed'],
  ]);
  await spool.close();
});

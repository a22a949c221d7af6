import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPostgres, verifyLedger, type PostgresAddress } from '../../audit';
import { startModelUpstream, type ScriptedTurn } from '../../emulator';
import type { PolicyDocument } from '../../policy';
import { loadServerConfig, startServer } from '../../server';
import { startChild, type Child } from '../gateway/child-process';
import { Cluster, describeWithPostgres } from '../postgres/cluster';

/** 100 × $1 + 100 × $5 a million: 600 micro-USD an answer; about 700 is set aside for one. */
const COST = 600;
const ANSWER: ScriptedTurn = {
  content: [{ type: 'text', text: 'hello' }],
  usage: { inputTokens: 100, outputTokens: 100, cacheReadTokens: 0, cacheWriteTokens: 0 },
};
const STALLED: ScriptedTurn = { ...ANSWER, behaviour: { kind: 'stall', afterEvents: 1 } };
const QUESTION = {
  model: 'claude-haiku-4-5',
  max_tokens: 100,
  messages: [{ role: 'user', content: 'hi' }],
};

/** The code of the refusal, or the status. */
async function ask(url: string, fields: object = {}): Promise<string> {
  const answer = await fetch(`${url}/anthropic/v1/messages`, {
    method: 'POST',
    headers: { 'x-api-key': 'token-of-alice' },
    body: JSON.stringify({ ...QUESTION, ...fields }),
  });
  await answer.text();
  return answer.headers.get('x-aigov-error') ?? String(answer.status);
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 50));
}

describeWithPostgres('replicas on one PostgreSQL', () => {
  let cluster: Cluster;
  let scratch: string;
  beforeAll(async () => {
    cluster = await Cluster.start();
    scratch = mkdtempSync(join(tmpdir(), 'aigov-replicas-'));
  }, 60_000);
  afterAll(async () => {
    await cluster[Symbol.asyncDispose]();
    rmSync(scratch, { recursive: true, force: true });
  });

  let count = 0;
  function writeConfig(
    on: Cluster,
    address: PostgresAddress,
    upstreamUrl: string,
    policy: Omit<PolicyDocument, 'apiVersion' | 'name'>,
  ): string {
    const file = join(scratch, `server-${(count += 1)}.yaml`);
    const policyFile = join(scratch, `policy-${count}.yaml`);
    writeFileSync(policyFile, JSON.stringify({ apiVersion: 'aigov/v1', name: 'org', ...policy }));
    const provider = { name: 'anthropic', type: 'anthropic', keys: [{ env: 'PROVIDER_KEY' }] };
    writeFileSync(
      file,
      JSON.stringify({
        listen: '127.0.0.1:0',
        database: on.urlOf(address),
        identity: { tokens: [{ user: 'alice', token: { env: 'ALICE' } }] },
        providers: [{ ...provider, baseUrl: upstreamUrl }],
        policies: [policyFile],
      }),
    );
    return file;
  }

  async function startThree(limitUsd: number, turns: () => ScriptedTurn) {
    const upstream = await startModelUpstream({ turns, apiKey: 'provider-key' });
    const address = await cluster.createDatabase();
    const policy = { budgets: [{ scope: 'user' as const, limitUsd }] };
    const file = writeConfig(cluster, address, upstream.url, policy);
    const children: Child[] = await Promise.all(
      ['a', 'b', 'c'].map((name) =>
        startChild('test/server/server-process.ts', join(scratch, `${count}${name}`), [
          file,
          '1500',
        ]),
      ),
    );
    const database = await openPostgres(address);
    const spent = async () => {
      const [row] = await database.query('SELECT spent_micro_usd AS spent FROM budget_account');
      return Number(row?.['spent']);
    };
    return {
      upstream,
      address,
      children,
      urls: children.map(({ url }) => url),
      database,
      spent,
      async [Symbol.asyncDispose]() {
        for (const child of children) await child[Symbol.asyncDispose]();
        await database.close();
        await upstream.close();
      },
    };
  }

  test('3 processes × 64 requests at once against a budget for four more: not one over, none refused in vain', async () => {
    await using world = await startThree(0.0089, () => ANSWER);
    for (let i = 0; i < 10; i += 1) expect(await ask(world.urls[i % 3] ?? '')).toBe('200');
    // An answer is booked just after its last byte.
    await until(async () => (await world.spent()) === 10 * COST);
    const results = await Promise.all(
      world.urls.flatMap((url) => Array.from({ length: 64 }, () => ask(url))),
    );
    const answered = results.filter((result) => result === '200').length;
    expect(answered).toBeGreaterThan(0);
    expect(new Set(results)).toEqual(
      new Set(['200', ...results.filter((result) => result.startsWith('BUDGET_'))]),
    );
    expect(world.upstream.received).toHaveLength(10 + answered);
    expect(await world.spent()).toBeLessThanOrEqual(8900);
    // Once settled what is left is given out to the last request that fits, and not beyond.
    for (let i = answered; i < 4; i += 1) {
      await until(async () => (await world.spent()) === (10 + i) * COST);
      expect(await ask(world.urls[i % 3] ?? '')).toBe('200');
    }
    await until(async () => (await world.spent()) === 14 * COST);
    for (const url of world.urls) expect(await ask(url)).toBe('BUDGET_EXCEEDED');
    await until(async () => (await world.spent()) === 14 * COST);
    expect(world.upstream.received).toHaveLength(14);
  }, 60_000);

  test('one process killed in the middle: what it held is free again, nothing is overshot, its records are closed', async () => {
    let isStalling = true;
    await using world = await startThree(0.0089, () => (isStalling ? STALLED : ANSWER));
    const [killed, ...others] = world.urls;
    const lost = Array.from({ length: 12 }, () =>
      ask(killed ?? '', { stream: true }).catch(() => 'cut'),
    );
    await until(async () => world.upstream.received.length === 12);
    expect(await ask(others[0] ?? '')).toBe('BUDGET_RESERVED');
    isStalling = false;
    await world.children[0]?.crash();
    expect(new Set(await Promise.all(lost))).toEqual(new Set(['cut']));
    await until(async () => (await ask(others[0] ?? '')) === '200');
    await Promise.all(others.flatMap((url) => Array.from({ length: 64 }, () => ask(url))));
    await until(async () => (await ask(others[1] ?? '')) === 'BUDGET_EXCEEDED');
    await until(async () => (await world.spent()) === 14 * COST);
    expect(world.upstream.received).toHaveLength(12 + 14);
    await until(async () => {
      const open = await world.database.query('SELECT 1 FROM still_open');
      return open.length === 0;
    });
    const crashed = await world.database.query(
      `SELECT 1 FROM record WHERE phase = 'close' AND body::json->'data'->>'ending' = 'crashed'`,
    );
    expect(crashed).toHaveLength(12);
    expect(await verifyLedger(world.address)).toMatchObject({ valid: true, open: 0 });
  }, 60_000);

  test.each([
    { onFailure: 'block' as const, meanwhile: 'AUDIT_UNAVAILABLE', limited: 'LIMITS_UNAVAILABLE' },
    { onFailure: 'allow' as const, meanwhile: '200', limited: '200' },
  ])(
    'the database goes away in mid-request, audit.onFailure $onFailure: $meanwhile, then as before',
    async ({ onFailure, meanwhile, limited }) => {
      await using own = await Cluster.start();
      let openGate = () => undefined as void;
      const gate = new Promise<void>((resolve) => (openGate = resolve));
      await using upstream = await startModelUpstream({
        turns: () => ANSWER,
        apiKey: 'provider-key',
        pace: () => gate,
      });
      const address = await own.createDatabase();
      const start = (policy: object) =>
        startServer(
          loadServerConfig(
            writeConfig(own, address, upstream.url, { audit: { onFailure }, ...policy }),
            {
              PROVIDER_KEY: 'provider-key',
              ALICE: 'token-of-alice',
            },
          ),
          { watch: { beatMs: 100 } },
        );
      await using plain = await start({});
      await using limiting = await start({ rateLimits: [{ scope: 'user', concurrent: 100 }] });
      const running = ask(plain.url, { stream: true });
      await until(async () => upstream.received.length === 1);
      await own.down();
      const statusOf = async () => (await fetch(`${plain.url}/readyz`)).status;
      await until(async () => (await statusOf()) === 503);
      expect((await fetch(`${plain.url}/healthz`)).status).toBe(200);
      expect(await ask(plain.url)).toBe(meanwhile);
      expect(await ask(limiting.url)).toBe(limited);
      openGate();
      expect(await running).toBe('200');
      await own.up();
      await until(async () => (await statusOf()) === 200);
      expect(await ask(plain.url)).toBe('200');
      expect(await ask(limiting.url)).toBe('200');
      await until(async () => {
        const database = await openPostgres(address);
        const open = await database.query('SELECT 1 FROM still_open');
        await database.close();
        return open.length === 0;
      });
      expect(await verifyLedger(address)).toMatchObject({ valid: true, open: 0 });
    },
    60_000,
  );
});

import { fc, test as property } from '@fast-check/jest';
import { compilePolicy } from '../../policy';
import { createGateway } from '../../gateway';
import { CircuitBreaker, isOutage, OPEN_MS, OUTAGES_TO_OPEN } from '../../gateway/circuit-breaker';
import { withModel } from '../../gateway/model-groups';
import { startModelUpstream, type ScriptedTurn } from '../../emulator';
import { listen, MemoryRecorder } from './harness';

const OK: ScriptedTurn = { content: [{ type: 'text', text: 'hello' }] };
const failing = (status: number): ScriptedTurn => ({
  content: [],
  behaviour: { kind: 'status', status, errorType: 'api_error', message: 'no' },
});
const HANG_UP: ScriptedTurn = { content: [], behaviour: { kind: 'hang_up' } };
const AWS = { accessKeyId: 'AKIDEXAMPLEEXAMPLE00', secretAccessKey: 'secret' };

/** `claude-default` at Anthropic, in reserve at Bedrock. */
async function start(first: ScriptedTurn, policy: object = {}) {
  const anthropic = await startModelUpstream({ turns: () => first, apiKey: ['k1', 'k2'] });
  const bedrock = await startModelUpstream({ turns: () => OK, apiKey: 'none', aws: AWS });
  const source = { kind: 'static', credentials: AWS } as const;
  const aws = { region: 'us-east-1', service: 'bedrock', source };
  const recorder = new MemoryRecorder();
  const gateway = await listen(
    createGateway({
      providers: [
        { name: 'anthropic', type: 'anthropic', baseUrl: anthropic.url, keys: ['k1', 'k2'] },
        { name: 'bedrock', type: 'bedrock', baseUrl: bedrock.url, keys: [], aws },
      ],
      modelGroups: [
        {
          name: 'claude-default',
          upstreams: [
            { provider: 'anthropic', model: 'claude-sonnet-5-5' },
            { provider: 'bedrock', model: 'eu.anthropic.claude-sonnet-5-5' },
          ],
        },
      ],
      authenticate: () => ({ user: 'alice', isVerified: true }),
      policy: compilePolicy([{ apiVersion: 'aigov/v1', name: 'org', ...policy }]),
      recorder,
    }),
  );
  return {
    anthropic,
    bedrock,
    recorder,
    ask: (model = 'claude-default') =>
      fetch(`${gateway.url}/anthropic/v1/messages`, {
        method: 'POST',
        headers: { 'x-api-key': 't' },
        body: `{ "messages": [],  "model" : "${model}", "x": {"model": "inner"} }`,
      }),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await anthropic.close();
      await bedrock.close();
    },
  };
}

test('a group’s name becomes the first upstream’s model, and nothing else changes', async () => {
  await using world = await start(OK);
  expect((await world.ask()).status).toBe(200);
  expect(world.anthropic.received[0]?.body.toString()).toBe(
    '{ "messages": [],  "model" : "claude-sonnet-5-5", "x": {"model": "inner"} }',
  );
  expect(world.bedrock.received).toHaveLength(0);
  const [open] = await world.recorder.written('open');
  expect(open?.data).toMatchObject({ model: 'claude-sonnet-5-5', modelGroup: 'claude-default' });
});

test.each([
  { why: 'is out of order', first: failing(529), hits: 1 },
  { why: 'hangs up', first: HANG_UP, hits: 1 },
  { why: 'has no key left', first: failing(429), hits: 2 },
])('the next upstream answers where the first $why', async ({ first, hits }) => {
  await using world = await start(first);
  expect((await world.ask()).status).toBe(200);
  expect(world.anthropic.received).toHaveLength(hits);
  expect(world.bedrock.received[0]?.url).toBe('/anthropic/v1/messages');
  expect(world.bedrock.received[0]?.body.toString()).toContain('"eu.anthropic.claude-sonnet-5-5"');
  const [close] = await world.recorder.written('close');
  expect(close?.data).toMatchObject({
    ending: 'completed',
    answeredBy: {
      provider: 'bedrock',
      providerName: 'bedrock',
      model: 'eu.anthropic.claude-sonnet-5-5',
    },
    usage: world.bedrock.sentUsage[0],
  });
});

test('what is wrong with the request is not asked elsewhere', async () => {
  await using world = await start(failing(400));
  expect((await world.ask()).status).toBe(400);
  expect(world.bedrock.received).toHaveLength(0);
});

test('outside a group a failure goes to the client', async () => {
  await using world = await start(failing(529));
  expect((await world.ask('claude-x')).status).toBe(529);
  expect(world.bedrock.received).toHaveLength(0);
});

test('policy decides each upstream of a group by its own name', async () => {
  await using world = await start(OK, { models: { allow: ['bedrock/eu.*'] } });
  expect((await world.ask()).status).toBe(200);
  expect([world.anthropic.received.length, world.bedrock.received.length]).toEqual([0, 1]);
  await using closed = await start(OK, { models: { allow: ['openai/*'] } });
  expect((await closed.ask()).headers.get('x-aigov-error')).toBe('MODEL_NOT_ALLOWED');
});

test('an upstream that is out of order is passed over, until one request tries it again', () => {
  let nowMs = 0;
  const breaker = new CircuitBreaker(() => nowMs);
  for (let i = 1; i < OUTAGES_TO_OPEN; i += 1) breaker.failed();
  expect(breaker.mayTry()).toBe(true);
  breaker.failed();
  expect(breaker.mayTry()).toBe(false);
  nowMs = OPEN_MS;
  expect([breaker.mayTry(), breaker.mayTry()]).toEqual([true, false]);
  breaker.answered();
  expect(breaker.mayTry()).toBe(true);
});

test('after its outages the first upstream is not even asked', async () => {
  await using world = await start(failing(503));
  for (let i = 0; i <= OUTAGES_TO_OPEN; i += 1) expect((await world.ask()).status).toBe(200);
  expect(world.anthropic.received).toHaveLength(OUTAGES_TO_OPEN);
});

test('429 is no outage', () => {
  expect([429, 401, 400, 529, 503].filter(isOutage)).toEqual([529, 503]);
});

property.prop([fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), fc.string()])(
  'another model in a body changes nothing but the model',
  (fields, before, after) => {
    const body = { ...fields, model: before };
    const patched = withModel(Buffer.from(JSON.stringify(body)), after).toString();
    expect(JSON.parse(patched)).toEqual(JSON.parse(JSON.stringify({ ...body, model: after })));
  },
);

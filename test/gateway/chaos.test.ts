import { connect } from 'node:net';
import { once } from 'node:events';
import { compilePolicy } from '../../policy';
import { createGateway } from '../../gateway';
import type { TokenUsage } from '../../gateway/providers/wire-format';
import { startModelUpstream, type ScriptedBehaviour, type ScriptedTurn } from '../../emulator';
import { listen, MemoryRecorder } from './harness';

/** `AIGOV_CHAOS=10000 npx jest test/gateway/chaos` is the long run. */
const REQUESTS = Number(process.env['AIGOV_CHAOS'] ?? 600);
const TOKEN = 'session-token';

const BEHAVIOURS: readonly (ScriptedBehaviour | undefined)[] = [
  undefined,
  undefined,
  undefined,
  { kind: 'status', status: 400, errorType: 'invalid_request_error', message: 'no' },
  { kind: 'status', status: 401, errorType: 'authentication_error', message: 'no' },
  { kind: 'status', status: 403, errorType: 'permission_error', message: 'no' },
  {
    kind: 'status',
    status: 429,
    errorType: 'rate_limit_error',
    message: 'no',
    headers: { 'retry-after': '1' },
  },
  { kind: 'status', status: 500, errorType: 'api_error', message: 'no' },
  { kind: 'status', status: 529, errorType: 'overloaded_error', message: 'no' },
  { kind: 'slow_headers', delayMs: 3 },
  { kind: 'stall', afterEvents: 3 },
  { kind: 'cut', afterEvents: 0 },
  { kind: 'cut', afterEvents: 4 },
  { kind: 'error_event', afterEvents: 4, errorType: 'overloaded_error' },
  { kind: 'hang_up' },
  {
    kind: 'raw',
    contentType: 'text/event-stream',
    body: Buffer.from('garbage\n\n: x\ndata: {{{\n\n'),
  },
  {
    kind: 'raw',
    contentType: 'text/event-stream',
    body: Buffer.from(`data: ${'x'.repeat(200_000)}\n\n`),
  },
  {
    kind: 'raw',
    contentType: 'application/json',
    body: Buffer.from([0xff, 0xfe, 0x80, 0x00, 0xc3, 0x28]),
  },
];

/** Deterministic: the same seed misbehaves the same way. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Plan {
  readonly turn: ScriptedTurn;
  readonly isStreaming: boolean;
  /** Bytes of the answer after which the client leaves; a stalled answer is always left. */
  readonly leavesAfter: number | undefined;
}

function planOf(random: () => number): Plan {
  const behaviour = BEHAVIOURS[Math.floor(random() * BEHAVIOURS.length)];
  const isStreaming = random() < 0.7;
  const leaves = behaviour?.kind === 'stall' || random() < 0.1;
  return {
    turn: {
      content: [
        { type: 'text', text: 'word '.repeat(1 + Math.floor(random() * 30)) },
        { type: 'tool_use', name: 'Bash', input: { command: 'ls' } },
      ],
      ...(behaviour ? { behaviour } : {}),
      ...(random() < 0.2 ? { encoding: 'gzip' } : {}),
    },
    isStreaming,
    leavesAfter: leaves ? Math.floor(random() * 400) : undefined,
  };
}

/** One request on a socket of its own, left at will. Resolves when the connection is over. */
async function send(url: string, plan: Plan, index: number): Promise<void> {
  const body = JSON.stringify({
    model: `m-${index}`,
    stream: plan.isStreaming,
    messages: [{ role: 'user', content: 'x' }],
  });
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1' });
  socket.on('error', () => socket.destroy());
  const closed = once(socket, 'close');
  socket.write(
    `POST /anthropic/v1/messages HTTP/1.1\r\nhost: x\r\nx-api-key: ${TOKEN}\r\naccept-encoding: gzip\r\nconnection: close\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  let received = 0;
  socket.on('data', (chunk) => {
    received += chunk.length;
    if (plan.leavesAfter !== undefined && received >= plan.leavesAfter) socket.destroy();
  });
  // A stalled answer without streaming never begins: the client gives up.
  if (plan.turn.behaviour?.kind === 'stall' && !plan.isStreaming)
    setImmediate(() => socket.destroy());
  await closed;
}

test(`${REQUESTS} requests to a misbehaving upstream: each has one open and one close record, totals equal the upstream’s`, async () => {
  const random = randomOf(20_261_121);
  const plans = Array.from({ length: REQUESTS }, () => planOf(random));
  const recorder = new MemoryRecorder();
  const modelOf = (body: Buffer) => Number(/"m-(\d+)"/.exec(body.toString())?.[1]);
  await using upstream = await startModelUpstream({
    turns: ({ body }) => plans[modelOf(body)]?.turn ?? { content: [] },
    apiKey: 'provider-key',
  });
  const gateway = await listen(
    createGateway({
      providers: [
        { name: 'anthropic', type: 'anthropic', baseUrl: upstream.url, keys: ['provider-key'] },
      ],
      authenticate: () => ({ user: 'alice', isVerified: true }),
      policy: compilePolicy([]),
      recorder,
    }),
  );
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < plans.length; i = next++) await send(gateway.url, plans[i] as Plan, i);
  };
  await Promise.all(Array.from({ length: 32 }, worker));
  await gateway[Symbol.asyncDispose]();
  const idsOf = (phase: string) =>
    recorder.records.filter((record) => record.phase === phase).map(({ id }) => id);
  expect(new Set(idsOf('open')).size).toBe(idsOf('open').length);
  expect(idsOf('close').toSorted()).toEqual(idsOf('open').toSorted());
  expect(upstream.received.length).toBeLessThanOrEqual(idsOf('open').length);
  const complete = recorder.records.filter(
    ({ data }) => data['ending'] === 'completed' && data['usage'] !== undefined,
  );
  for (const { data } of complete) {
    const usage = data['usage'] as unknown as TokenUsage;
    expect(usage.outputTokens - usage.inputTokens).toBe(12);
    expect(usage.cacheReadTokens - usage.inputTokens).toBe(90);
  }
  const sent = new Set(upstream.sentUsage.map(({ inputTokens }) => inputTokens));
  const counted = complete.map(({ data }) => (data['usage'] as unknown as TokenUsage).inputTokens);
  expect(new Set(counted).size).toBe(counted.length);
  expect(counted.every((inputTokens) => sent.has(inputTokens))).toBe(true);
  const plain = plans.filter(
    ({ turn, leavesAfter }) => turn.behaviour === undefined && leavesAfter === undefined,
  );
  expect(complete.length).toBeGreaterThanOrEqual(plain.length);
}, 300_000);

import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import {
  openLedger,
  openSpool,
  shipSpool,
  verifyLedger,
  type Ledger,
  type RecordBatch,
  type ShipOptions,
  type Spool,
} from '../../audit';
import { ADA, event, nextId, opened, scratchDirectory, serve } from './harness';

type Answer = (batch: RecordBatch, response: ServerResponse, request: IncomingMessage) => unknown;

/** A server whose answers a test scripts; the last one repeats. */
function scripted(answers: readonly Answer[]): ReturnType<typeof serve> {
  const left = [...answers];
  return serve((request, response) => {
    const answer = left.length > 1 ? left.shift() : left[0];
    void json(request).then((batch) => answer?.(batch as RecordBatch, response, request));
  });
}

const respond =
  (status: number, body: object, headers: Record<string, string> = {}): Answer =>
  (_batch, response) =>
    response.writeHead(status, headers).end(JSON.stringify(body));

const into =
  (ledger: Ledger): Answer =>
  async (batch, response) => {
    const result = await ledger.ingest(batch, ADA);
    response.writeHead(result.outcome === 'accepted' ? 200 : 409).end(JSON.stringify(result));
  };

const hangUp: Answer = (_batch, response) => response.destroy();

async function ship(spool: Spool, options: Pick<ShipOptions, 'url'> & Partial<ShipOptions>) {
  const stop = new AbortController();
  const waits: number[] = [];
  const shipper = shipSpool(spool, {
    token: () => 't-1',
    signal: stop.signal,
    random: () => 0.5,
    wait: async (ms) => {
      waits.push(ms);
      await new Promise<void>((resolve) => setImmediate(resolve));
    },
    ...options,
  });
  return {
    shipper,
    waits,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await shipper.done;
    },
  };
}

test('every record arrives once in the ledger, with content, whatever the server does in between', async () => {
  using scratch = scratchDirectory();
  await using ledger = await openLedger({ path: `${scratch.path}/aigov.db` });
  const lostAnswer: Answer = async (batch, response) => {
    await ledger.ingest(batch, ADA);
    response.destroy();
  };
  await using server = await scripted([
    hangUp,
    respond(500, {}),
    lostAnswer,
    respond(200, {}),
    respond(401, { code: 'TOKEN_INVALID' }),
    into(ledger),
  ]);
  const { url } = server;
  await using spool = await openSpool({ directory: `${scratch.path}/spool` });
  const id = nextId();
  await spool.record(opened(id, { content: { prompt: 'hello' } }));
  for (let index = 0; index < 20; index++) await spool.record(event());
  await using shipping = await ship(spool, { url });
  await shipping.shipper.flushed();
  expect(shipping.shipper.status()).toEqual({ isRunning: true, shipped: 21, failures: 0 });
  expect(await ledger.records(0, 100)).toHaveLength(21);
  expect((await ledger.getInterception(id))?.content).toEqual({ prompt: 'hello' });
  expect(await verifyLedger(`${scratch.path}/aigov.db`)).toMatchObject({
    valid: true,
    records: 21,
  });
});

test('records written later are shipped without being asked for', async () => {
  using scratch = scratchDirectory();
  await using ledger = await openLedger({ path: `${scratch.path}/aigov.db` });
  await using server = await scripted([into(ledger)]);
  const { url } = server;
  await using spool = await openSpool({ directory: `${scratch.path}/spool` });
  await using shipping = await ship(spool, { url });
  for (let index = 0; index < 3; index++) {
    await spool.record(event());
    await shipping.shipper.flushed();
    expect(spool.stats().unshipped).toBe(0);
  }
});

test('failures are told by status and code, and waited out ever longer up to a minute', async () => {
  using scratch = scratchDirectory();
  await using server = await scripted([respond(409, { code: 'AUDIT_CHAIN_FORK' })]);
  const { url } = server;
  await using spool = await openSpool({ directory: scratch.path });
  await spool.record(event());
  const stop = new AbortController();
  const waits: number[] = [];
  const shipper = shipSpool(spool, {
    url,
    token: () => 'secret-token',
    signal: stop.signal,
    random: () => 1,
    wait: async (ms) => void (waits.push(ms) === 14 && stop.abort()),
  });
  await shipper.done;
  const delays = waits.filter((ms) => ms > 50);
  expect(delays.slice(0, 4)).toEqual([750, 1250, 2250, 4250]);
  expect(Math.max(...delays)).toBeLessThanOrEqual(60_250);
  expect(shipper.status()).toMatchObject({ isRunning: false, lastError: '409 AUDIT_CHAIN_FORK' });
  expect(JSON.stringify(shipper.status())).not.toContain('secret-token');
  expect(spool.stats().unshipped).toBe(1);
});

test('Retry-After is honoured, but not beyond a minute', async () => {
  using scratch = scratchDirectory();
  await using server = await scripted([
    respond(503, {}, { 'retry-after': '7' }),
    respond(503, {}, { 'retry-after': '86400' }),
    respond(200, { acknowledged: 0 }),
  ]);
  const { url } = server;
  await using spool = await openSpool({ directory: scratch.path });
  await spool.record(event());
  await using shipping = await ship(spool, { url });
  await shipping.shipper.flushed();
  expect(shipping.waits.filter((ms) => ms >= 5000)).toEqual([7000, 60_000]);
});

test('413 makes batches smaller until they fit', async () => {
  using scratch = scratchDirectory();
  await using ledger = await openLedger({ path: `${scratch.path}/aigov.db` });
  const accept = into(ledger);
  const picky: Answer = (batch, response, request) =>
    JSON.stringify(batch).length > 100_000
      ? respond(413, {})(batch, response, request)
      : accept(batch, response, request);
  await using server = await scripted([picky]);
  const { url } = server;
  await using spool = await openSpool({ directory: `${scratch.path}/spool` });
  const data = { big: 'x'.repeat(5000) };
  await Promise.all(Array.from({ length: 100 }, () => spool.record(event({ data }))));
  await using shipping = await ship(spool, { url });
  await shipping.shipper.flushed();
  expect(await ledger.records(0, 1000)).toHaveLength(100);
});

test.each([
  { answer: respond(200, { acknowledged: 99 }), why: 'more than was sent' },
  { answer: respond(200, { acknowledged: -1 }), why: 'nothing' },
  { answer: respond(200, { acknowledged: 'all' }), why: 'not a number' },
  { answer: respond(302, {}, { location: 'http://127.0.0.1:9/' }), why: 'a redirect' },
])('a server that acknowledges $why moves nothing', async ({ answer }) => {
  using scratch = scratchDirectory();
  await using server = await scripted([answer]);
  const { url } = server;
  await using spool = await openSpool({ directory: scratch.path });
  await spool.record(event());
  const stop = new AbortController();
  let waited = 0;
  const wait = async () => void (++waited === 6 && stop.abort());
  const shipper = shipSpool(spool, { url, token: () => 't', signal: stop.signal, wait });
  await shipper.done;
  expect(spool.stats().acknowledgedSeq).toBe(-1);
  expect(shipper.status().failures).toBeGreaterThan(0);
});

test('aborting ends a request under way', async () => {
  using scratch = scratchDirectory();
  const arrived = new AbortController();
  await using server = await scripted([() => arrived.abort()]);
  const { url } = server;
  await using spool = await openSpool({ directory: scratch.path });
  await spool.record(event());
  const shipping = await ship(spool, { url });
  if (!arrived.signal.aborted) await once(arrived.signal, 'abort');
  await shipping[Symbol.asyncDispose]();
  await shipping.shipper.flushed();
  expect(shipping.shipper.status().isRunning).toBe(false);
});

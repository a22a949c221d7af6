import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { connect, createServer } from 'node:net';
import { fc, test as property } from '@fast-check/jest';
import {
  createDeniedNames,
  MAX_NAMES_PER_WINDOW,
  REPEAT_WINDOW_MS,
} from '../../firewall/dns/denied-names';
import { MAX_QUERY_BYTES, parseQuery } from '../../firewall/dns/message';
import { createDnsResponder } from '../../firewall/dns/responder';
import { createSyntheticNames, isSynthetic } from '../../firewall/dns/synthetic-names';
import { createAuditTrail } from '../../firewall/egress/audit-trail';
import { decisionsOf, listen, MemoryRecorder, newSession } from './egress-world';

const TYPE = { a: 1, ptr: 12, txt: 16, aaaa: 28, https: 65 };

function question(name: string, type = TYPE.a, flags = 0x0100): Buffer {
  const labels = name.split('.').map((label) => {
    const octets = Buffer.from(label, 'latin1');
    return Buffer.concat([Buffer.from([octets.length]), octets]);
  });
  const header = Buffer.from([0x12, 0x34, flags >> 8, flags & 0xff, 0, 1, 0, 0, 0, 0, 0, 0]);
  const tail = Buffer.from([0, type >> 8, type & 0xff, 0, 1]);
  return Buffer.concat([header, ...labels, tail]);
}

interface Reply {
  readonly id: number;
  readonly code: number;
  readonly answers: number;
  /** The address of the only answer, if any. */
  readonly address?: string;
  readonly ttl?: number;
}

function read(reply: Buffer | undefined): Reply {
  if (reply === undefined) throw new Error('no reply');
  const answers = reply.readUInt16BE(6);
  const head = { id: reply.readUInt16BE(0), code: reply.readUInt16BE(2) & 0xf, answers };
  if (answers === 0) return head;
  const length = reply.readUInt16BE(reply.length - 4 - 2);
  const isIpv4 = length === 4;
  const octets = reply.subarray(isIpv4 ? -4 : -16);
  const ttl = reply.readUInt32BE(reply.length - octets.length - 6);
  return { ...head, ttl, address: isIpv4 ? octets.join('.') : octets.toString('hex') };
}

function start(hosts: readonly string[], clock?: () => number) {
  const recorder = new MemoryRecorder();
  const names = createSyntheticNames();
  const session = newSession();
  const trail = createAuditTrail({ recorder, newId: randomUUID });
  const responder = createDnsResponder({
    decisions: decisionsOf({ hosts }),
    names,
    trail,
    ...(clock === undefined ? {} : { clock }),
  });
  const ask = (name: string, type?: number, flags?: number) =>
    read(responder.answer(question(name, type, flags), session));
  return { recorder, names, session, responder, ask };
}

test('an allowed name has a synthetic address, whatever its case, and the way back', () => {
  const { ask, names, session } = start(['api.test']);
  const reply = ask('API.Test');
  expect(reply).toMatchObject({ id: 0x1234, code: 0, answers: 1, ttl: 5 });
  expect(isSynthetic(reply.address ?? '')).toBe(true);
  expect(ask('api.test').address).toBe(reply.address);
  expect(names.of(session).nameOf(reply.address ?? '')).toBe('api.test');
});

test.each([
  { type: TYPE.aaaa, why: 'AAAA: there is no IPv6 way' },
  { type: TYPE.https, why: 'HTTPS records, which could carry keys that hide the name' },
  { type: TYPE.txt, why: 'TXT' },
])('an allowed name has no other record: $why', ({ type }) => {
  expect(start(['api.test']).ask('api.test', type)).toMatchObject({ code: 0, answers: 0 });
});

test('other names do not exist, and the audit says what rule they need, once', async () => {
  const { ask, recorder } = start(['api.test']);
  expect(ask('evil.test')).toMatchObject({ code: 3, answers: 0 });
  ask('evil.test', TYPE.aaaa);
  ask('EVIL.test');
  const record = await recorder.withData('event', { host: 'evil.test' });
  expect(record).toMatchObject({
    kind: 'dns',
    firewall: { sequence: 0 },
    data: { protocol: 'dns', queryType: 1, effect: 'deny', remedy: 'Add "domain=evil.test".' },
  });
  expect(recorder.records).toHaveLength(1);
});

test.each([
  { name: 'a\u0000b.test', why: 'a zero octet' },
  { name: 'a b.test', why: 'a space' },
  { name: '-a.test', why: 'a hyphen in front' },
  { name: 'caf\u00e9.test', why: 'an octet above ASCII' },
])('a name that is no host name never reaches the policy: $why', ({ name }) => {
  const responder = createDnsResponder({
    decisions: { decideHost: () => ({ effect: 'allow', reason: 'unrestricted' }) },
    names: createSyntheticNames(),
    trail: createAuditTrail({ recorder: new MemoryRecorder(), newId: randomUUID }),
  });
  expect(read(responder.answer(question(name), newSession())).code).toBe(3);
});

test('localhost is the jail itself', () => {
  const { ask } = start([]);
  expect(ask('localhost').address).toBe('127.0.0.1');
  expect(ask('db.localhost', TYPE.aaaa).address).toBe(`${'0'.repeat(31)}1`);
});

test.each([
  { packet: question('api.test', 1, 0x8100), why: 'a response' },
  { packet: Buffer.alloc(11), why: 'shorter than a header' },
  { packet: Buffer.alloc(MAX_QUERY_BYTES + 1), why: 'one octet over the limit' },
])('is silent on $why', ({ packet }) => {
  expect(start([]).responder.answer(packet, newSession())).toBeUndefined();
});

test.each([
  { packet: question('api.test', 1, 0x2800), code: 4, why: 'an update' },
  { packet: question('api.test').subarray(0, 20), code: 1, why: 'a cut name' },
  { packet: question('a'.repeat(64)), code: 1, why: 'a label of 64 octets' },
  { packet: question(Array(130).fill('a').join('.')), code: 1, why: 'a name of 261 octets' },
  {
    packet: Buffer.concat([
      question('api.test').subarray(0, 12),
      Buffer.from([0xc0, 12, 0, 1, 0, 1]),
    ]),
    code: 1,
    why: 'a name that points to itself',
  },
])('answers $why with code $code', ({ packet, code }) => {
  expect(read(start(['api.test']).responder.answer(packet, newSession()))).toMatchObject({
    code,
    answers: 0,
  });
});

property.prop([fc.uint8Array({ maxLength: 600 })], { numRuns: 2_000 })(
  'bytes never throw, and never yield a name with anything but host characters',
  (bytes) => {
    const query = parseQuery(Buffer.from(bytes));
    if (query.kind !== 'query') return;
    expect(query.name).toMatch(/^[a-z0-9_.\\-]*$/);
  },
);

test("each jail has its own names: one cannot push out another's", () => {
  const names = createSyntheticNames(2);
  const [one, two] = [names.of(newSession()), names.of(newSession())];
  const address = one.addressOf('a.test');
  for (const name of ['b.test', 'c.test', 'd.test']) two.addressOf(name);
  expect(one.nameOf(address)).toBe('a.test');
});

test('the least recently used name goes first and its address rests', () => {
  const table = createSyntheticNames(2).of(newSession());
  const a = table.addressOf('a.test');
  const b = table.addressOf('b.test');
  table.nameOf(a);
  const c = table.addressOf('c.test');
  expect(table.nameOf(a)).toBe('a.test');
  expect(table.nameOf(b)).toBeUndefined();
  expect([a, b]).not.toContain(c);
});

test('all addresses are used before one is used again', () => {
  const table = createSyntheticNames(4).of(newSession());
  const seen = new Set<string>();
  for (let i = 0; i < 131_070; i += 1) seen.add(table.addressOf(`n${i}.test`));
  expect(seen.size).toBe(131_070);
  expect([...seen].every(isSynthetic)).toBe(true);
  expect(seen.has(table.addressOf('one-more.test'))).toBe(true);
});

test('a flood of denied names is recorded up to the limit and counted beyond', () => {
  let nowMs = 0;
  const denied = createDeniedNames(() => nowMs);
  const session = newSession();
  const recorded = Array.from({ length: MAX_NAMES_PER_WINDOW + 5 }, (_, i) =>
    denied.note(session, `n${i}`),
  ).filter(({ isRecorded }) => isRecorded);
  expect(recorded).toHaveLength(MAX_NAMES_PER_WINDOW);
  nowMs = REPEAT_WINDOW_MS;
  expect(denied.note(session, 'n0')).toEqual({ isRecorded: true, unrecorded: 5 });
});

describe('over TCP', () => {
  async function dialogue(pieces: readonly Buffer[], replies: number): Promise<Buffer[]> {
    const { responder, session } = start(['api.test']);
    const server = createServer((socket) => responder.acceptTcp(socket, session));
    const client = connect(await listen(server), '127.0.0.1');
    let received = Buffer.alloc(0);
    const found: Buffer[] = [];
    client.on('error', () => undefined);
    for (const piece of pieces) client.write(piece);
    const closed = once(client, 'close');
    client.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE()) {
        found.push(received.subarray(2, 2 + received.readUInt16BE()));
        received = received.subarray(2 + received.readUInt16BE());
      }
      if (found.length === replies) client.destroy();
    });
    await closed;
    server.close();
    return found;
  }

  function framed(packet: Buffer): Buffer {
    return Buffer.concat([Buffer.from([packet.length >> 8, packet.length & 0xff]), packet]);
  }

  test('two questions in three pieces get two answers', async () => {
    const bytes = Buffer.concat([framed(question('api.test')), framed(question('evil.test'))]);
    const pieces = [bytes.subarray(0, 1), bytes.subarray(1, 40), bytes.subarray(40)];
    const replies = await dialogue(pieces, 2);
    expect(replies.map((reply) => read(reply).code)).toEqual([0, 3]);
  });

  test('a frame over the limit ends the connection', async () => {
    expect(await dialogue([Buffer.from([0xff, 0xff, 0])], 1)).toEqual([]);
  });
});

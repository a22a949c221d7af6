/** Coder's own audit of our decisions: an unmodified workspace agent shows them; one bad request cannot silence it. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NewRecord } from '../../audit';
import { createBoundaryForwarder } from '../../firewall/boundary-log/forwarder';
import { BoundaryQueue, MAX_WAITING_PER_SESSION } from '../../firewall/boundary-log/queue';
import { recordsOf, ScratchWorkspace } from '../workspace/runtime';
import { BoundaryAgent } from './boundary-agent';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aigov-bl-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (path: string) =>
  createBoundaryForwarder({ path, log: () => undefined, gatherMs: 1, retryMs: 5 });

function decision(sequence: number, data: NewRecord['data'], sessionId = 's-1'): NewRecord {
  return {
    id: String(sequence),
    kind: 'egress',
    phase: data['effect'] === 'deny' ? 'event' : 'open',
    firewall: { sessionId, sequence },
    data,
  };
}

const denied = (url: string) => ({ effect: 'deny', method: 'GET', url, rule: 'never shown' });

test('decisions of a jail reach the agent, with session, program, rule and number', async () => {
  const origin = createServer((_, response) => response.end());
  await new Promise<void>((done) => origin.listen(0, '127.0.0.1', done));
  const { port } = origin.address() as AddressInfo;
  await using workspace = await ScratchWorkspace.create({
    gateway: { kind: 'bundled', providers: [] },
    policy: {
      network: {
        allow: ['domain=allowed.corp.example'],
        ports: [{ domain: 'allowed.corp.example', allow: [port] }],
        privateAddresses: ['127.0.0.1/32'],
      },
    },
  });
  await using agent = await BoundaryAgent.listen(workspace.boundarySocket);
  workspace.resolve = 'allowed.corp.example=127.0.0.1';
  await workspace.start();
  const url = `http://allowed.corp.example:${port}/a?q=1`;
  const script = `curl -s '${url}'; curl -s -X POST http://192.0.2.7/b`;
  await workspace.aigov('run', '--', 'sh', '-c', script);
  const denial = await agent.receives(({ allowed }) => !allowed);
  origin.close();
  const session = { processName: 'sh', sessionId: denial.sessionId };
  expect(agent.logs).toMatchObject([
    { ...session, allowed: true, method: 'GET', url, rule: 'domain=allowed.corp.example' },
    { ...session, allowed: false, method: 'POST', url: 'http://192.0.2.7/b', rule: '' },
  ]);
  const egress = (await recordsOf(workspace, 'egress')).map(({ firewall }) => firewall);
  expect(agent.logs.map(({ sessionId, sequence }) => ({ sessionId, sequence }))).toEqual(
    egress.toReversed(),
  );
}, 60_000);

test('what the encoder writes is what the agent reads', async () => {
  await using agent = await BoundaryAgent.listen(join(folder, 's'));
  const forwarder = open(agent.path);
  forwarder.note({
    ...decision(0, {}),
    kind: 'jail',
    phase: 'open',
    data: { command: ['claude', '-p'] },
  });
  forwarder.note(
    decision(0, { effect: 'allow', method: 'GET', url: 'https://a/ü?x=1', rule: 'domain=a' }),
  );
  forwarder.note(decision(1, denied('https://b/')));
  forwarder.note(
    decision(2, {
      effect: 'allow',
      protocol: 'tcp',
      host: 'git.corp',
      port: 22,
      rule: 'git.corp:22',
    }),
  );
  await agent.receives(({ sequence }) => sequence === 2);
  await forwarder.close();
  const common = { sessionId: 's-1', processName: 'claude', seconds: expect.any(Number) };
  expect(agent.logs).toEqual([
    {
      ...common,
      allowed: true,
      method: 'GET',
      url: 'https://a/ü?x=1',
      rule: 'domain=a',
      sequence: 0,
    },
    { ...common, allowed: false, method: 'GET', url: 'https://b/', rule: '', sequence: 1 },
    {
      ...common,
      allowed: true,
      method: 'CONNECT',
      url: 'tcp://git.corp:22',
      rule: 'git.corp:22',
      sequence: 2,
    },
  ]);
});

test('the end of an allowed thing is not a second decision, nor is what is no network decision', async () => {
  await using agent = await BoundaryAgent.listen(join(folder, 's'));
  const forwarder = open(agent.path);
  forwarder.note({ ...decision(1, denied('https://a/')), phase: 'close' });
  forwarder.note({ ...decision(2, denied('https://a/')), kind: 'command' });
  forwarder.note(decision(3, denied('https://a/')));
  await agent.receives(({ sequence }) => sequence === 3);
  await forwarder.close();
  expect(agent.logs).toHaveLength(1);
});

test.each([32_000, 100_000])('a URL of %d bytes is cut and silences nobody', async (length) => {
  await using agent = await BoundaryAgent.listen(join(folder, 's'));
  const forwarder = open(agent.path);
  for (let at = 0; at < 20; at += 1)
    forwarder.note(decision(at, denied(`https://evil/${'é'.repeat(length / 2)}`)));
  forwarder.note(decision(20, denied('https://next/')));
  await agent.receives(({ url }) => url === 'https://next/');
  await forwarder.close();
  expect({ faults: agent.faults, count: agent.logs.length }).toEqual({ faults: 0, count: 21 });
  expect(agent.logs[0]?.url).toMatch(/^https:\/\/evil\/é+$/);
});

test('an agent that comes late or again gets what waited', async () => {
  const path = join(folder, 's');
  const forwarder = open(path);
  forwarder.note(decision(0, denied('https://early/')));
  {
    await using first = await BoundaryAgent.listen(path);
    await first.receives(({ url }) => url === 'https://early/');
  }
  forwarder.note(decision(1, denied('https://between/')));
  await using second = await BoundaryAgent.listen(path);
  let number = 2;
  const again = setInterval(() => forwarder.note(decision(number++, denied('https://later/'))), 5);
  const later = await second.receives(({ url }) => url === 'https://later/');
  expect(later.sequence).toBeGreaterThan(1);
  clearInterval(again);
  await forwarder.close();
});

test('an agent that reads slowly gets every log once, in order', async () => {
  await using agent = await BoundaryAgent.listen(join(folder, 's'));
  agent.hold();
  const forwarder = open(agent.path);
  const long = 'x'.repeat(4_000);
  const count = 300;
  // more than the kernel takes, so that frames are under way while further ones come
  for (let at = 0; at < count; at += 1) {
    forwarder.note(decision(at, denied(`https://a/${long}`)));
    if (at % 30 === 0) await new Promise((resolve) => setTimeout(resolve, 3));
  }
  agent.release();
  await agent.receives(({ sequence }) => sequence === count - 1);
  await forwarder.close();
  expect(agent.logs.map(({ sequence }) => sequence)).toEqual(
    Array.from({ length: count }, (_, at) => at),
  );
});

test('nobody there: closing does not wait, and nothing is thrown', async () => {
  const forwarder = open(join(folder, 'nobody'));
  forwarder.note(decision(0, denied('https://a/')));
  await forwarder.close();
  expect(forwarder.dropped).toBe(0);
});

describe('the queue', () => {
  const log = (sequence: number) =>
    ({
      isAllowed: false,
      timeMs: 0,
      method: 'GET',
      url: 'https://a/',
      matchedRule: '',
      sequence,
    }) as const;

  test('keeps one session to its share: the last that fits, and one over', () => {
    const queue = new BoundaryQueue();
    for (let at = 0; at < MAX_WAITING_PER_SESSION; at += 1) queue.add('flood', 'p', log(at));
    expect(queue.dropped).toBe(0);
    queue.add('flood', 'p', log(MAX_WAITING_PER_SESSION));
    queue.add('other', 'p', log(0));
    expect(queue.dropped).toBe(1);
  });

  test('serves sessions in turn', () => {
    const queue = new BoundaryQueue();
    for (let at = 0; at < MAX_WAITING_PER_SESSION; at += 1)
      queue.add('flood', 'p', { ...log(at), url: `https://a/${'x'.repeat(4000)}` });
    queue.add('other', 'p', log(0));
    const first = queue.peek();
    first?.take();
    expect(first?.frame.includes('flood')).toBe(true);
    expect(queue.peek()?.frame.includes('other')).toBe(true);
  });
});

test('a jailed process finds no socket to forge decisions at, though it is there outside', async () => {
  await using workspace = await ScratchWorkspace.create({
    gateway: { kind: 'bundled', providers: [] },
  });
  await using agent = await BoundaryAgent.listen(workspace.boundarySocket);
  await workspace.start();
  const attack = [
    process.execPath,
    '-e',
    `require('net').connect(${JSON.stringify(agent.path)}).on('connect', () => process.exit(0)).on('error', () => process.exit(9))`,
  ] as const;
  expect((await workspace.aigov('run', '--', ...attack)).code).toBe(9);
  expect(spawnSync(attack[0], attack.slice(1), { timeout: 20_000 }).status).toBe(0);
}, 60_000);

/** `aigov workspace allow`: an exception is bounded by the policy, recorded, short, and not for the jailed to grant. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { recordsOf, RUNTIME, ScratchWorkspace } from './runtime';

const HOST = 'pypi.corp.example';
let port: number;
const origin = createServer((_, response) => response.end('origin\n'));

beforeAll(async () => {
  await new Promise<void>((done) => origin.listen(0, '127.0.0.1', done));
  ({ port } = origin.address() as AddressInfo);
});
afterAll(() => origin.close());

async function startWith(firewall: object): Promise<ScratchWorkspace> {
  const workspace = await ScratchWorkspace.create({
    gateway: { kind: 'bundled', providers: [] },
    policy: {
      network: {
        ceiling: ['domain=*.corp.example'],
        ports: [{ domain: HOST, allow: [port] }],
        privateAddresses: ['127.0.0.1/32'],
      },
      firewall,
    },
  });
  workspace.resolve = `${HOST}=127.0.0.1`;
  await workspace.start();
  return workspace;
}

const fetchInJail = (workspace: ScratchWorkspace) =>
  workspace.aigov('run', '--', 'curl', '-sS', `http://${HOST}:${port}/`);

test('an exception lets through what its rule says until it ends, and both moments are recorded', async () => {
  await using workspace = await startWith({ maxExceptionMinutes: 30 });
  expect((await fetchInJail(workspace)).stdout).toBe('');
  const { stdout } = await workspace.aigov(
    'workspace',
    'allow',
    `domain=${HOST}`,
    '--for',
    '15m',
    '--json',
  );
  const exception = JSON.parse(stdout) as { id: string; rule: string };
  expect((await fetchInJail(workspace)).stdout).toBe('origin\n');
  const status = await workspace.aigov('workspace', 'status');
  expect(status.stdout).toContain(`exception domain=${HOST} until `);
  expect((await workspace.aigov('workspace', 'revoke', exception.id)).code).toBe(0);
  expect((await workspace.aigov('workspace', 'revoke', exception.id)).code).toBe(1);
  expect((await fetchInJail(workspace)).stdout).toBe('');
  expect(await recordsOf(workspace, 'policy_change')).toMatchObject([
    { ending: 'completed', data: { action: 'exception', target: `domain=${HOST}` } },
  ]);
  const allowed = (await recordsOf(workspace, 'egress')).filter(
    ({ data }) => data['effect'] === 'allow',
  );
  expect(allowed).toMatchObject([{ data: { layer: `exception-${exception.id}` } }]);
}, 60_000);

test('an exception ends by itself', async () => {
  await using workspace = await startWith({ maxExceptionMinutes: 30 });
  await workspace.aigov('workspace', 'allow', `domain=${HOST}`, '--for', '1s');
  for (;;) {
    const [record] = await recordsOf(workspace, 'policy_change');
    if (record?.ending === 'completed') break;
  }
  expect((await fetchInJail(workspace)).stdout).toBe('');
}, 60_000);

interface Refusal {
  readonly rule?: string;
  readonly time?: string;
  readonly code: number;
  readonly says: string;
}

test('what the policy does not permit is refused with the reason', async () => {
  await using workspace = await startWith({ maxExceptionMinutes: 30 });
  const cases: readonly Refusal[] = [
    { time: '31m', code: 1, says: 'EXCEPTION_TOO_LONG' },
    { rule: 'domain=evil.example', code: 1, says: 'EXCEPTION_OUTSIDE_CEILING' },
    { rule: 'evil.example:22', code: 1, says: 'EXCEPTION_OUTSIDE_CEILING' },
    { rule: '', code: 2, says: 'POLICY_RULE_EMPTY' },
    { rule: 'domian=x', code: 2, says: 'POLICY_RULE_INVALID' },
    { time: 'soon', code: 2, says: 'DURATION_INVALID' },
  ];
  for (const { rule = `domain=${HOST}`, time = '5m', code, says } of cases) {
    const ran = await workspace.aigov('workspace', 'allow', rule, '--for', time);
    expect({ rule, code: ran.code, stderr: ran.stderr }).toEqual({
      rule,
      code,
      stderr: expect.stringContaining(says),
    });
  }
  expect(await recordsOf(workspace, 'policy_change')).toEqual([]);
}, 60_000);

test('without permission in the policy there are no exceptions', async () => {
  await using workspace = await startWith({});
  const { code, stderr } = await workspace.aigov(
    'workspace',
    'allow',
    `domain=${HOST}`,
    '--for',
    '1m',
  );
  expect({ code, stderr }).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('EXCEPTION_NOT_PERMITTED'),
  });
}, 60_000);

test('a jailed process cannot grant itself one', async () => {
  await using workspace = await startWith({ maxExceptionMinutes: 30 });
  const { code, stdout, stderr } = await workspace.aigov(
    'run',
    '--',
    'env',
    `AIGOV_STATE_DIR=${workspace.stateDir}`,
    process.execPath,
    RUNTIME,
    'workspace',
    'allow',
    `domain=${HOST}`,
    '--for',
    '1m',
  );
  expect({ code, stdout, stderr }).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('CONTROL_UNREACHABLE'),
  });
  expect(await recordsOf(workspace, 'policy_change')).toEqual([]);
}, 60_000);

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { renderNetworkPolicy, renderSquid, type PolicyDocument } from '../../policy';
import { testWithProgram } from '../real-program';

// What Squid and Kubernetes make of the rendered forms; AI clients have test/clients/ruled.test.ts.

const POLICY: PolicyDocument = {
  apiVersion: 'aigov/v1',
  name: 'p',
  network: {
    allow: [
      'domain=*.fine.example',
      'domain=exact.example',
      'domain=10.9.9.9',
      'domain=a.*.inner.example',
    ],
    deny: ['domain=bad.fine.example'],
    tcp: ['git.example:22'],
    privateAddresses: ['127.0.0.1'],
  },
};

let scratch = '';
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'aigov-consumer-'));
  chmodSync(scratch, 0o777); // Squid gives up root
});
afterAll(() => rmSync(scratch, { recursive: true }));

/** As a user without rights would run it: nothing below /var, nothing kept. */
function squidConfig(port: number, rules: string): string {
  const hosts = [
    'fine.example',
    'a.fine.example',
    'bad.fine.example',
    'exact.example',
    'evilexact.example',
    'other.example',
    'git.example',
    'a.b.inner.example',
    'a.b.c.inner.example',
  ];
  const hostsFile = join(scratch, 'hosts');
  writeFileSync(hostsFile, hosts.map((host) => `127.0.0.1 ${host}\n`).join(''));
  return `http_port 127.0.0.1:${port}
pid_filename none
access_log none
cache_log ${join(scratch, 'squid.log')}
coredump_dir ${scratch}
hosts_file ${hostsFile}
visible_hostname localhost
shutdown_lifetime 0 seconds
dns_timeout 1 second
connect_timeout 1 second
forward_timeout 1 second
${rules}`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** Resolves when Squid says that it listens. */
async function accepting({ stderr }: { readonly stderr: Readable }): Promise<void> {
  let said = '';
  for await (const text of stderr.setEncoding('utf8')) {
    said += text;
    if (said.includes('Accepting HTTP Socket connections')) return;
  }
  throw new Error(`squid ended: ${said}`);
}

function statusOf(port: number, method: string, target: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const request =
      method === 'GET' ? get({ port, path: target }) : get({ port, method, path: target });
    request.once('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.once('connect', (response, socket) => {
      socket.destroy();
      resolve(response.statusCode ?? 0);
    });
    request.once('error', reject);
  });
}

testWithProgram(
  'squid',
  'Squid parses the rendered rules and decides as they say',
  async (squid) => {
    const origin = createServer((_, response) => response.end('reached')).listen(0, '127.0.0.1');
    await once(origin, 'listening');
    const at = (origin.address() as AddressInfo).port;
    const port = await freePort();
    const file = join(scratch, 'squid.conf');
    const service = `aigov${process.pid}`; // names its shared memory
    writeFileSync(file, squidConfig(port, renderSquid(POLICY).text));
    await promisify(execFile)(squid, ['-k', 'parse', '-f', file]);
    const child = spawn(squid, ['-N', '-d', '1', '-n', service, '-f', file], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    try {
      await accepting(child);
      const decided = async (method: string, target: string) =>
        (await statusOf(port, method, target)) === 403 ? 'deny' : 'allow';
      const table = [
        ['allow', 'GET', `http://a.fine.example:${at}/`, 'below the star'],
        ['allow', 'GET', `http://A.Fine.example:${at}/`, 'case'],
        ['deny', 'GET', `http://fine.example:${at}/`, 'the star wants a label'],
        ['deny', 'GET', `http://bad.fine.example:${at}/`, 'deny wins'],
        ['allow', 'GET', `http://exact.example:${at}/`, 'exact'],
        ['deny', 'GET', `http://evilexact.example:${at}/`, 'no label boundary'],
        ['deny', 'GET', `http://other.example:${at}/`, 'no rule'],
        ['allow', 'GET', `http://a.b.inner.example:${at}/`, 'inner star, one label'],
        ['deny', 'GET', `http://a.b.c.inner.example:${at}/`, 'inner star, two labels'],
        ['deny', 'GET', 'http://10.9.9.9/', 'private, not named'],
        ['deny', 'GET', `http://127.0.0.1:${at}/`, 'named, but no rule'],
        ['allow', 'CONNECT', `exact.example:${at}`, 'tunnel to an allowed host'],
        ['allow', 'CONNECT', 'git.example:22', 'TCP by name and port'],
        ['deny', 'CONNECT', `git.example:${at}`, 'another port'],
      ] as const;
      const found = await Promise.all(
        table.map(async ([, method, target, why]) => [
          await decided(method, target),
          method,
          target,
          why,
        ]),
      );
      expect(found).toEqual(table);
    } finally {
      child.kill('SIGTERM'); // it removes its shared memory, which a kill would leave behind
      await once(child, 'exit');
      origin.close();
    }
  },
);

/** Installed by .ci/run: kubernetes-validate of PyPI, which carries the schemas of Kubernetes itself. */
const VALIDATOR = '/var/tmp/aigov-kubernetes-validate/bin/kubernetes-validate';

testWithProgram(
  VALIDATOR,
  'Kubernetes takes the rendered NetworkPolicy by its schema',
  async (validator) => {
    const validate = async (name: string, text: string) => {
      const file = join(scratch, name);
      writeFileSync(file, text);
      const { stdout, stderr } = await promisify(execFile)(validator, ['--strict', file]).catch(
        (error: { stdout: string; stderr: string }) => error,
      );
      return stdout + stderr;
    };
    const { text } = renderNetworkPolicy(POLICY);
    expect(await validate('good.json', text)).toMatch(/good.json passed/);
    expect(await validate('bad.json', text.replace('"Egress"', '5'))).toMatch(/did not validate/);
    expect(
      await validate('empty.json', renderNetworkPolicy({ apiVersion: 'aigov/v1', name: '' }).text),
    ).toMatch(/empty.json passed/);
  },
);

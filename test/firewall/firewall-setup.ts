/** The whole firewall with one allowed origin, for real programs. */
import { createServer } from 'node:https';
import { createServer as createHttpServer } from 'node:http';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NewRecord } from '../../audit';
import { createCertificateAuthority, startFirewall, type Firewall } from '../../firewall';
import { compilePolicy, type Level } from '../../policy';
import { collect, HELPER, memoryRecorder, type Output } from './jail-fixture';

const HOST = 'registry.corp.example';

export interface Setup extends AsyncDisposable {
  readonly firewall: Firewall;
  readonly records: NewRecord[];
  readonly origin: string;
  readonly project: string;
  readonly home: string;
  run(argv: readonly string[]): Promise<Output>;
  /** The first record with these facts, waited for. */
  record(kind: string, facts: Record<string, unknown>): NewRecord | undefined;
}

export async function setUp(level?: Level): Promise<Setup> {
  const root = mkdtempSync(join(tmpdir(), 'aigov-fw-'));
  const home = join(root, 'home');
  const project = join(home, 'project');
  const stateDir = join(home, '.local/state/aigov');
  mkdirSync(join(project, 'src'), { recursive: true });
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  writeFileSync(join(project, 'src/kept.txt'), 'kept\n');
  const authority = createCertificateAuthority();
  const server = createServer(
    { SNICallback: (name, done) => done(null, authority.contextFor(name)) },
    (request, response) => response.end(`origin saw ${request.method} ${request.url}\n`),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const relay = createHttpServer((_, response) => response.end('relay\n'));
  const records: NewRecord[] = [];
  const policy = compilePolicy([
    {
      apiVersion: 'aigov/v1',
      name: 'org',
      network: {
        allow: [`method=GET domain=${HOST}`],
        ports: [{ domain: HOST, allow: [port] }],
        privateAddresses: ['127.0.0.1/32'],
      },
    },
  ]);
  const firewall = await startFirewall({
    stateDir,
    helperPath: HELPER,
    policy: () => policy,
    recorder: memoryRecorder(records),
    facts: { actor: { user: 'dev', isVerified: false } },
    loopback: [{ port: 4180, onConnection: (socket: Socket) => relay.emit('connection', socket) }],
    resolve: () => Promise.resolve(['127.0.0.1']),
    corporateRoots: [authority.certificatePem],
    environment: { ANTHROPIC_BASE_URL: 'http://127.0.0.1:4180/anthropic' },
    secrets: ['hunter2'],
    log: () => undefined,
    ...(level === undefined ? {} : { level }),
  });
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    CODER_AGENT_TOKEN: 'hunter2',
    ANTHROPIC_AUTH_TOKEN: 'hunter2',
    ANTHROPIC_MODEL: 'claude-x',
  };
  return {
    firewall,
    records,
    origin: `https://${HOST}:${port}`,
    project,
    home,
    run: (argv) => collect(firewall.launchArguments(argv), { cwd: project, env }),
    record: (kind, facts) =>
      records.find(
        (record) =>
          record.kind === kind &&
          Object.entries(facts).every(([name, value]) => record.data[name] === value),
      ),
    async [Symbol.asyncDispose]() {
      await firewall.close();
      server.closeAllConnections();
      server.close();
      relay.closeAllConnections();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

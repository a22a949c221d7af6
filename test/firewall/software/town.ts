/** A town of real servers on loopback that stand for hosts, and a firewall whose policy allows exactly these. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NewRecord } from '../../../audit';
import { startFirewall, type Firewall } from '../../../firewall';
import { compilePolicy, type Level } from '../../../policy';
import { collect, HELPER, memoryRecorder, type Output } from '../jail-fixture';
import { createTownAuthority } from './certificates';
import { createRepository, startSshd } from './git';
import { startGrpc } from './grpc';
import { postgresFolder, startPostgres } from './postgres';
import { cargoRegistry, goProxy, npmRegistry, programText, pypiIndex } from './registries';
import { type Route, startWeb } from './web';

const HOSTS = ['web', 'git', 'npm', 'pypi', 'cargo', 'goproxy', 'grpc'].map(
  (name) => `${name}.corp.test`,
);

export interface Town extends AsyncDisposable {
  readonly firewall: Firewall;
  readonly records: readonly NewRecord[];
  readonly project: string;
  /** `https://name.corp.test:port`, HTTP/2 offered. */
  url(name: string): string;
  /** The same, HTTP/1.1 only. */
  http1Url(name: string): string;
  readonly ports: { readonly ssh?: number; readonly postgres?: number; readonly grpc: number };
  /** Repository path and key for SSH. */
  readonly ssh?: { readonly path: string; readonly keyFile: string };
  /** Writes one of the test's programs into the project; its path. */
  program(name: string): string;
  /** Ends of all that was opened since the record of that number, waited for. */
  closedSince(from: number): Promise<readonly NewRecord[]>;
  /** Runs a shell script in a jail. */
  sh(script: string): Promise<Output>;
}

const hello: Route = (request, response) => {
  if (request.url === '/hello') response.end('hello\n');
  else if (request.url === '/count' && request.method === 'PUT') {
    let bytes = 0;
    request.on('data', (piece: Buffer) => (bytes += piece.length));
    request.on('end', () => response.end(`${bytes} bytes\n`));
  } else return false;
  return true;
};

export interface TownOptions {
  readonly level: Level;
  readonly hasSsh: boolean;
}

export async function startTown({ level, hasSsh }: TownOptions): Promise<Town> {
  // Not below /tmp, which jails have their own of; and others (PostgreSQL's user) have to get through.
  const root = mkdtempSync('/var/tmp/aigov-town-');
  chmodSync(root, 0o755);
  const home = join(root, 'home');
  const project = join(home, 'project');
  const stateDir = join(home, '.local/state/aigov');
  mkdirSync(project, { recursive: true });
  // A home somebody lives in: level B lets nothing new into its top.
  mkdirSync(join(home, '.npm'));
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rmSync(root, { recursive: true, force: true }));
  const authority = createTownAuthority();
  const repository = createRepository(root);
  let port = 0;
  const baseUrl = (host: string): string => `https://${host}:${port}`;
  const registries = [
    npmRegistry(root, baseUrl),
    pypiIndex(),
    cargoRegistry(root, baseUrl),
    goProxy(),
  ];
  const web = stack.use(await startWeb(authority, [...registries, repository.route, hello]));
  port = web.port;
  const grpc = stack.use(await startGrpc(authority.certificateFor('grpc.corp.test')));
  const ssh = hasSsh ? stack.use(await startSshd(root, project)) : undefined;
  const postgres =
    postgresFolder() === undefined ? undefined : stack.use(await startPostgres(root));
  const records: NewRecord[] = [];
  const policy = compilePolicy([
    {
      apiVersion: 'aigov/v1',
      name: 'town',
      network: {
        allow: HOSTS.map((host) => `domain=${host}`),
        ports: HOSTS.map((domain) => ({ domain, allow: [web.port, web.http1Port, grpc.port] })),
        tcp: [
          ...(ssh === undefined ? [] : [`ssh.corp.test:${ssh.port}`]),
          ...(postgres === undefined ? [] : [`db.corp.test:${postgres.port}`]),
        ],
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
    loopback: [],
    resolve: () => Promise.resolve(['127.0.0.1']),
    corporateRoots: [authority.certificatePem],
    level,
    log: () => undefined,
  });
  stack.defer(() => firewall.close());
  const outer = process.env['HOME'] ?? '';
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    // Where version managers keep the programs that PATH names.
    PYENV_ROOT: process.env['PYENV_ROOT'] ?? join(outer, '.pyenv'),
    RUSTUP_HOME: process.env['RUSTUP_HOME'] ?? join(outer, '.rustup'),
  };
  const owned = stack.move();
  return {
    firewall,
    records,
    project,
    url: (name) => baseUrl(`${name}.corp.test`),
    http1Url: (name) => `https://${name}.corp.test:${web.http1Port}`,
    ports: {
      grpc: grpc.port,
      ...(ssh === undefined ? {} : { ssh: ssh.port }),
      ...(postgres === undefined ? {} : { postgres: postgres.port }),
    },
    ...(ssh === undefined ? {} : { ssh: { path: repository.path, keyFile: ssh.keyFile } }),
    program(name) {
      const path = join(project, name);
      writeFileSync(path, programText(name));
      return path;
    },
    async closedSince(from) {
      for (;;) {
        const egress = records.slice(from).filter(({ kind }) => kind === 'egress');
        const closed = egress.filter(({ phase }) => phase === 'close');
        const opened = egress.filter(({ phase }) => phase === 'open');
        if (opened.length === closed.length) return closed;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    sh: (script) => collect(firewall.launchArguments(['sh', '-c', script]), { cwd: project, env }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

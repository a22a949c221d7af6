/** A git repository served twice: over HTTPS by git's own backend, over SSH by a real sshd. */
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Route } from './web';

export interface GitRepository {
  /** Folder of the bare repository. */
  readonly path: string;
  readonly route: Route;
}

export function createRepository(folder: string): GitRepository {
  const path = join(folder, 'town.git');
  const seed = join(folder, 'seed');
  const git = (...args: string[]) => execFileSync('git', args, { stdio: 'pipe' });
  const identity = ['-c', 'user.name=town', '-c', 'user.email=town@corp.test'];
  git('init', '-q', '--bare', '-b', 'main', path);
  git('-C', path, 'config', 'http.receivepack', 'true');
  git('init', '-q', '-b', 'main', seed);
  writeFileSync(join(seed, 'README'), 'a town\n');
  git('-C', seed, 'add', '.');
  git('-C', seed, ...identity, 'commit', '-qm', 'first');
  git('-C', seed, 'push', '-q', path, 'main');
  return { path, route: backend(folder) };
}

/** git-http-backend as a CGI program (git-http-backend(1)). */
function backend(root: string): Route {
  const program = join(execFileSync('git', ['--exec-path']).toString().trim(), 'git-http-backend');
  return (request, response) => {
    const authority = request.headers[':authority'] ?? request.headers.host;
    if (!String(authority).startsWith('git.corp.test:')) return false;
    const [path = '', query = ''] = (request.url ?? '').split('?');
    const child = spawn(program, {
      env: {
        PATH: process.env['PATH'],
        GIT_PROJECT_ROOT: root,
        GIT_HTTP_EXPORT_ALL: '1',
        REQUEST_METHOD: request.method,
        PATH_INFO: path,
        QUERY_STRING: query,
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        REMOTE_USER: 'town',
      },
    });
    const output: Buffer[] = [];
    request.pipe(child.stdin);
    child.stdin.on('error', () => undefined);
    child.stdout.on('data', (piece: Buffer) => output.push(piece));
    child.once('close', () => {
      const all = Buffer.concat(output);
      const end = all.indexOf('\r\n\r\n');
      const fields = all.toString('latin1', 0, end).split('\r\n');
      const pairs = fields.map((line) => line.split(': ') as [string, string]);
      const status = pairs.find(([name]) => name === 'Status')?.[1];
      const rest = pairs.filter(([name]) => name !== 'Status');
      response.writeHead(Number.parseInt(status ?? '200', 10), Object.fromEntries(rest));
      response.end(all.subarray(end + 4));
    });
    return true;
  };
}

export interface SshServer extends Disposable {
  readonly port: number;
  /** Private key of the one who may log in. */
  readonly keyFile: string;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => socket.destroy());
    socket.on('connect', () => socket.end());
  });
}

/** sshd for one key of this user, on loopback. `keyFolder` is seen by the jail. */
export async function startSshd(folder: string, keyFolder: string): Promise<SshServer> {
  const keyFile = join(keyFolder, 'town_key');
  const hostKey = join(folder, 'host_key');
  for (const file of [keyFile, hostKey]) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
    chmodSync(file, 0o600);
  }
  const authorized = join(folder, 'authorized_keys');
  execFileSync('cp', [`${keyFile}.pub`, authorized]);
  const port = await freePort();
  const config = join(folder, 'sshd_config');
  const lines = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${hostKey}`,
    `AuthorizedKeysFile ${authorized}`,
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'PidFile none',
  ];
  writeFileSync(config, `${lines.join('\n')}\n`);
  // As root sshd wants this folder; other users need none.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
  const sshd = ['/usr/sbin/sshd', '/usr/bin/sshd'].find(existsSync) ?? 'sshd';
  const child = spawn(sshd, ['-D', '-e', '-f', config], { stdio: 'ignore' });
  while (!(await isListening(port))) {
    if (child.exitCode !== null) throw new Error(`sshd ended with ${child.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { port, keyFile, [Symbol.dispose]: () => void child.kill() };
}

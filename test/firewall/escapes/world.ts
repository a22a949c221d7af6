/** What an attacker would like to reach: services, processes, sockets and files outside the jail, all harmless. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fixture } from '../jail-fixture';

/** What services outside answer with; a program that prints it has talked to them. */
export const TOKEN = 'ESCAPED';

/** Any number no other program uses. */
export const SHARED_MEMORY_KEY = 0x41470000 + (process.pid & 0xffff);

function perl(code: string): void {
  execFileSync('perl', ['-e', code]);
}

export interface World extends AsyncDisposable {
  readonly jail: Fixture;
  readonly home: string;
  readonly project: string;
  readonly stateDir: string;
  /** TCP and UDP, IPv4 and IPv6 loopback. */
  readonly port: number;
  readonly udpPort: number;
  readonly abstractName: string;
  readonly homeSocket: string;
  readonly tmpSocket: string;
  /** A folder in /tmp that only exists outside. */
  readonly outerTmp: string;
  readonly shmFile: string;
  readonly victim: ChildProcess;
  readonly victimPid: number;
  /** Puts files back that the control run destroyed. */
  restore(): void;
}

function answerToken(): Server {
  return createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => undefined);
    socket.end(`${TOKEN}\n`);
  });
}

async function listen(server: Server, ...where: [number, string] | [string]): Promise<Server> {
  if (where.length === 1) server.listen(where[0]);
  else server.listen(where[0], where[1]);
  await once(server, 'listening');
  return server;
}

async function listenUdp(port: number, type: 'udp4' | 'udp6'): Promise<DatagramSocket> {
  const socket = createSocket(type);
  socket.on('message', (_, remote) => socket.send(TOKEN, remote.port, remote.address));
  socket.bind(port, type === 'udp4' ? '127.0.0.1' : '::1');
  await once(socket, 'listening');
  return socket;
}

function writeFiles({ home, project }: Fixture, stateDir: string, outerTmp: string): void {
  const files: Record<string, string> = {
    [join(home, '.bashrc')]: '# mine\n',
    [join(home, '.profile')]: '# mine\n',
    [join(home, '.gitconfig')]: '[user]\n',
    [join(home, '.ssh/id_ed25519')]: `${TOKEN}\n`,
    [join(home, '.ssh/authorized_keys')]: '\n',
    [join(home, '.config/coderv2/session')]: `${TOKEN}\n`,
    [join(home, '.config/fish/config.fish')]: '\n',
    [join(home, '.claude/settings.json')]: '{}\n',
    [join(project, '.git/config')]: '[core]\n\trepositoryformatversion = 0\n',
    [join(project, '.git/HEAD')]: 'ref: refs/heads/main\n',
    [join(project, '.git/objects/info/packs')]: '\n',
    [join(project, '.git/refs/heads/.keep')]: '\n',
    [join(project, '.git/hooks/pre-commit.sample')]: '\n',
    [join(project, '.vscode/tasks.json')]: '{}\n',
    [join(project, 'src/kept.txt')]: 'kept\n',
    [join(stateDir, 'secret')]: `${TOKEN}\n`,
    [join(outerTmp, 'secret')]: `${TOKEN}\n`,
  };
  for (const hook of ['pre-commit', 'post-commit'])
    rmSync(join(project, '.git/hooks', hook), { force: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text);
  }
  chmodSync(join(home, '.bashrc'), 0o644);
}

export async function createWorld(jail: Fixture): Promise<World> {
  const { home, project } = jail;
  const stateDir = join(home, '.local/state/aigov');
  const outerTmp = mkdtempSync(join(tmpdir(), 'aigov-outer-'));
  const shmFile = join('/dev/shm', `aigov-${process.pid}`);
  const restore = () => {
    writeFiles(jail, stateDir, outerTmp);
    writeFileSync(shmFile, `${TOKEN}\n`);
  };
  restore();
  const four = await listen(answerToken(), 0, '127.0.0.1');
  const { port } = four.address() as AddressInfo;
  const abstractName = `aigov-test-${process.pid}`;
  const homeSocket = join(home, 'agent.sock');
  const tmpSocket = join(outerTmp, 'agent.sock');
  const servers = [
    four,
    await listen(answerToken(), port, '::1'),
    await listen(answerToken(), `\0${abstractName}`),
    await listen(answerToken(), homeSocket),
    await listen(answerToken(), tmpSocket),
  ];
  const udp = await listenUdp(0, 'udp4');
  const udpPort = udp.address().port;
  const udpSix = await listenUdp(udpPort, 'udp6');
  perl(`shmget(${SHARED_MEMORY_KEY}, 4096, 01666) or die`);
  const victim = spawn('sleep', ['100000'], {
    env: { SECRET: TOKEN, PATH: '/usr/bin:/bin' },
    cwd: outerTmp,
  });
  await once(victim, 'spawn');
  return {
    jail,
    home,
    project,
    stateDir,
    port,
    udpPort,
    abstractName,
    homeSocket,
    tmpSocket,
    outerTmp,
    shmFile,
    victim,
    victimPid: victim.pid ?? 0,
    restore,
    async [Symbol.asyncDispose]() {
      victim.kill('SIGKILL');
      for (const server of servers) server.close();
      udp.close();
      udpSix.close();
      perl(`my $id = shmget(${SHARED_MEMORY_KEY}, 4096, 0); shmctl($id, 0, 0)`);
      rmSync(outerTmp, { recursive: true, force: true });
      rmSync(shmFile, { force: true });
      await Promise.resolve();
    },
  };
}

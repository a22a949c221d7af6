/** A jail host with a network that only notes what arrives, and a recorder in memory. */
import { randomUUID } from 'node:crypto';
import { spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditRecord, NewRecord, Recorder } from '../../audit';
import type { Decision } from '../../policy';
import {
  startJailHost,
  type FirewallPolicy,
  type JailHost,
  type JailHostOptions,
} from '../../firewall/daemon';
import type { GuardPolicy } from '../../firewall/guard/guard';

/** AIGOV_TEST_HELPER names another build of it, for example one with sanitizers. */
export const HELPER =
  process.env['AIGOV_TEST_HELPER'] ??
  join(__dirname, `../../firewall/native/aigov-jail-${process.arch === 'arm64' ? 'arm64' : 'x64'}`);

export interface Output {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Arrival {
  readonly address: string;
  readonly port: number;
}

export interface Fixture extends AsyncDisposable {
  readonly host: JailHost;
  readonly records: NewRecord[];
  readonly arrivals: Arrival[];
  readonly queries: Buffer[];
  /** Scratch folder: `home` and `home/project` (a git top level) exist below it. */
  readonly root: string;
  readonly home: string;
  readonly project: string;
  /** Runs a command in the jail, or with `isOutside` the same way without it. */
  run(argv: readonly string[], options?: RunOptions): Promise<Output>;
  sh(script: string, options?: RunOptions): Promise<Output>;
  /** Starts a command in the jail and leaves it running. */
  start(script: string, options?: RunOptions): RunningCommand;
}

/** A running command: its supervisor, and what it says. */
export class RunningCommand {
  output = '';
  readonly status: Promise<number | null>;

  constructor(readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.status = new Promise((resolve) => child.once('close', (status) => resolve(status)));
  }

  /** Resolves once the text was printed; rejects when the command ends without it. */
  says(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (this.output.includes(text)) resolve();
      };
      this.child.stdout?.on('data', look);
      this.child.stderr?.on('data', look);
      void this.status.then(() => {
        look();
        reject(new Error(`ended without ${text}: ${this.output}`));
      });
      look();
    });
  }
}

/** Process ids whose command line contains the text, zombies left out. */
export function processesNaming(text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => commandLine(pid).includes(text));
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly isOutside?: boolean;
}

export interface FixtureOptions extends Partial<Omit<JailHostOptions, 'policy'>> {
  readonly policy?: Partial<FirewallPolicy>;
  readonly guard?: Partial<GuardPolicy>;
}

const ALLOW: Decision = { effect: 'allow', reason: 'no_rule_denies' };
const DENY: Decision = {
  effect: 'deny',
  reason: 'destructive_command',
  layer: 'test',
  rule: 'no-recursive-rm',
  remedy: 'Remove files one by one.',
};

/** Denies `rm -rf` of anything, as a stand-in for the policy's rules. */
export const denyRecursiveRemoval: GuardPolicy = {
  watchedNames: ['rm'],
  decideExec: ({ argv, executable }) => {
    const isRemoval = [...argv, executable ?? ''].some((word) => /(^|\/)rm$/.test(word));
    const isRecursive = argv.some((argument) => /^-\w*r/.test(argument));
    return isRemoval && isRecursive ? DENY : ALLOW;
  },
};

export function memoryRecorder(records: NewRecord[]): Recorder {
  return {
    record(record) {
      records.push(record);
      const { content: _, ...rest } = record;
      const chain = { uid: 'test', seq: records.length - 1, prev: '', hash: '' };
      const written: AuditRecord = { ...rest, version: 1, time: '', chain };
      return Promise.resolve(written);
    },
  };
}

export function collect(argv: readonly string[], options: RunOptions & { uid?: number } = {}) {
  return new Promise<Output>((resolve, reject) => {
    const [program = '', ...args] = argv;
    const child = spawn(program, args, { cwd: options.cwd, env: options.env, stdio: 'pipe' });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, stdout, stderr }));
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
}

/** A greeting for every connection: where it was meant to go. */
function greet(socket: Socket, { address, port }: Arrival): void {
  socket.on('error', () => undefined);
  socket.end(`${address} ${port}\n`);
}

export async function startFixture(options: FixtureOptions = {}): Promise<Fixture> {
  const root = mkdtempSync(join(tmpdir(), 'aigov-jail-'));
  const home = join(root, 'home');
  const project = join(home, 'project');
  const stateDir = join(home, '.local/state/aigov');
  mkdirSync(join(project, '.git/hooks'), { recursive: true });
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const helperPath = join(root, 'aigov-jail');
  copyFileSync(HELPER, helperPath);
  chmodSync(helperPath, 0o755);
  const records: NewRecord[] = [];
  const arrivals: Arrival[] = [];
  const queries: Buffer[] = [];
  const host = await startJailHost({
    stateDir,
    helperPath,
    recorder: memoryRecorder(records),
    newId: randomUUID,
    facts: { actor: { user: 'dev', isVerified: false } },
    network: {
      accept(socket, _session, destination) {
        const { localAddress = '', localPort = 0 } = socket;
        const arrival = destination ?? { address: localAddress, port: localPort };
        arrivals.push(arrival);
        greet(socket, arrival);
      },
      acceptProxy(socket) {
        arrivals.push({ address: 'proxy', port: 0 });
        greet(socket, { address: 'proxy', port: 0 });
      },
      answerDns(packet) {
        queries.push(packet);
        return undefined;
      },
      forget: () => undefined,
    },
    caBundle: 'test bundle\n',
    loopback: [],
    log: () => undefined,
    ...options,
    policy: () => ({ version: 'v1', mode: 'enforce', auditOnFailure: 'block', ...options.policy }),
    guardPolicy: () => ({ ...denyRecursiveRemoval, ...options.guard }),
  });
  const run = (argv: readonly string[], given: RunOptions = {}) => {
    const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: home, ...given.env };
    const cwd = given.cwd ?? project;
    const isOutside = given.isOutside === true;
    return collect(isOutside ? argv : host.launchArguments(argv), { ...given, env, cwd });
  };
  return {
    host,
    records,
    arrivals,
    queries,
    root,
    home,
    project,
    run,
    sh: (script, given) => run(['/bin/sh', '-c', script], given),
    start(script, given = {}) {
      const [program = '', ...args] = host.launchArguments(['/bin/sh', '-c', script]);
      const env = { PATH: process.env['PATH'], HOME: home, ...given.env };
      return new RunningCommand(
        spawn(program, args, { cwd: given.cwd ?? project, env, stdio: 'pipe' }),
      );
    },
    async [Symbol.asyncDispose]() {
      await host.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

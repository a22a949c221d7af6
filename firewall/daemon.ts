/** The daemon's half of the firewall: one broker, any number of jails, one policy in force. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Recorder } from '../audit';
import { AigovError, type Level } from '../policy';
import { CommandReports } from './guard/command-reports';
import { Guard, type GuardPolicy } from './guard/guard';
import { startBroker, type Broker } from './jail/broker';
import { jailEnvironment } from './jail/environment';
import { Jail, type Hello, type JailNetwork, type LoopbackPort } from './jail/jail';
import { JailRecords } from './jail/jail-records';
import { planJail } from './jail/level-plan';
import type { FilePolicy } from './jail/mounts';
import type { JailPlan } from './jail/plan';
import type { FirewallFacts, JailSession } from './jail-session';
import { chooseLevel, isPrivileged, probeLevels, requireLevel, type LevelReport } from './probe';
import type { Machine } from './seccomp/syscalls';
import { javaTrustStore } from './tls/java-trust-store';

/** What the firewall itself reads of a compiled policy. */
export interface FirewallPolicy {
  /** SHA-256 of the effective policy, hex. */
  readonly version: string;
  readonly minimumLevel?: Level;
  readonly mode: 'enforce' | 'monitor';
  readonly auditOnFailure: 'block' | 'allow';
  readonly files?: FilePolicy;
  /** Ports of raw TCP rules, opened in each jail besides the standard ones. */
  readonly tcpPorts?: readonly number[];
}

export interface JailHostOptions {
  /** State folder of the workspace, 0700 and hidden from the jail. */
  readonly stateDir: string;
  readonly helperPath: string;
  policy(): FirewallPolicy;
  guardPolicy(): GuardPolicy;
  readonly recorder: Recorder;
  /** UUIDv7 for records. */
  newId(): string;
  readonly facts: FirewallFacts;
  readonly network: JailNetwork;
  /** Trusted roots for the jail, PEM: the system's, the company's and ours. */
  readonly caBundle: string;
  readonly loopback: readonly LoopbackPort[];
  /** Set inside each jail besides what is passed on, such as the clients' settings. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Values that must not reach a jail's environment. */
  readonly secrets?: readonly string[];
  /** Use this level although a stronger one is there. */
  readonly level?: Level;
  /** The last word over a jail's plan, for measuring what a part of it costs. */
  readonly amendPlan?: (plan: JailPlan) => JailPlan;
  readonly log: (line: string) => void;
}

/** Serves jails until closed. */
export interface JailHost {
  readonly level: Level;
  readonly report: LevelReport;
  /** Unix socket supervisors connect to. */
  readonly socketPath: string;
  readonly caBundlePath: string;
  /** Program and arguments that run a command in a jail; its stdio is the command's. */
  launchArguments(argv: readonly string[], cwd?: string): readonly string[];
  /** Sessions under way. */
  sessions(): readonly JailSession[];
  /** The policy changed: every jail asks again about programs it knew. */
  reload(): void;
  /** Ends every jail. */
  close(): Promise<void>;
}

/** Ports on which any address is answered: names, web, SSH. */
const STANDARD_TCP_PORTS = [53, 80, 443, 22] as const;
/** A broker that ends sooner would only end again. */
const SHORTEST_BROKER_LIFE_MS = 100;

/** The machine names Node uses, as far as the filters know them. */
function machineOf(arch: string): Machine {
  if (arch === 'x64' || arch === 'arm64') return arch;
  throw new AigovError(
    'FIREWALL_MACHINE_UNSUPPORTED',
    `no helper for ${arch}; there is one for x64 and arm64`,
    {
      remedy: 'Run the workspace on x86-64 or arm64.',
    },
  );
}

/**
 * Probes the levels, starts the broker, and serves jails. Throws FIREWALL_LEVEL_TOO_LOW, FIREWALL_ALREADY_RUNNING,
 * FIREWALL_HELPER_FAILED.
 */
export async function startJailHost(options: JailHostOptions): Promise<JailHost> {
  const found = await probeLevels(options.helperPath);
  const report = { ...found, best: chooseLevel(found, options.level) };
  requireLevel(report, options.policy().minimumLevel);
  const host = new RunningJailHost(options, report);
  await host.start();
  return host;
}

class RunningJailHost implements JailHost {
  readonly level: Level;
  readonly socketPath: string;
  readonly caBundlePath: string;
  readonly #javaTrustStorePath: string;
  readonly #jails = new Set<Jail>();
  readonly #records: JailRecords;
  readonly #commands: CommandReports;
  #guard: Guard;
  #broker: Broker | undefined;

  constructor(
    readonly options: JailHostOptions,
    readonly report: LevelReport,
  ) {
    this.level = report.best;
    this.socketPath = join(options.stateDir, 'run', 'jail.sock');
    this.caBundlePath = join(options.stateDir, 'ca-bundle.pem');
    this.#javaTrustStorePath = join(options.stateDir, 'java-trust.jks');
    const onAuditFailure = () => options.policy().auditOnFailure;
    this.#records = new JailRecords({
      recorder: options.recorder,
      newId: () => options.newId(),
      policyVersion: () => options.policy().version,
      onAuditFailure,
    });
    this.#commands = new CommandReports({
      records: this.#records,
      mode: () => options.policy().mode,
      onAuditFailure,
    });
    this.#guard = new Guard(options.guardPolicy());
  }

  async start(): Promise<void> {
    mkdirSync(join(this.options.stateDir, 'run'), { recursive: true, mode: 0o700 });
    writeFileSync(this.caBundlePath, this.options.caBundle, { mode: 0o644 });
    writeFileSync(this.#javaTrustStorePath, javaTrustStore(this.options.caBundle), { mode: 0o644 });
    await this.#startBroker();
  }

  async #startBroker(): Promise<void> {
    const startedMs = performance.now();
    this.#broker = await startBroker({
      helperPath: this.options.helperPath,
      socketPath: this.socketPath,
      accept: (connection) => this.#accept(connection),
      onLost: () => this.#replaceBroker(startedMs),
    });
  }

  /** A broker that was killed took its jails along; the next command gets a new one. */
  #replaceBroker(startedMs: number): void {
    this.options.log('firewall: the broker ended; all jails ended with it');
    if (performance.now() - startedMs < SHORTEST_BROKER_LIFE_MS) return;
    this.#startBroker().catch((error: unknown) => {
      this.options.log(`firewall: no new broker: ${String(error)}`);
    });
  }

  launchArguments(argv: readonly string[], cwd?: string): readonly string[] {
    const folder = cwd === undefined ? [] : ['--cwd', cwd];
    return [this.options.helperPath, 'run', '--socket', this.socketPath, ...folder, '--', ...argv];
  }

  sessions(): readonly JailSession[] {
    return [...this.#jails].flatMap(({ session }) => session ?? []);
  }

  reload(): void {
    this.#guard = new Guard(this.options.guardPolicy());
    for (const jail of this.#jails) jail.forgetVerdicts();
  }

  async close(): Promise<void> {
    await this.#broker?.close();
    for (const path of [this.caBundlePath, this.#javaTrustStorePath]) rmSync(path, { force: true });
  }

  #accept(connection: ConstructorParameters<typeof Jail>[0]): Jail {
    const { facts, network, loopback, log } = this.options;
    const services = {
      level: this.level,
      facts,
      network,
      loopback,
      log,
      records: this.#records,
      commands: this.#commands,
      guard: () => this.#guard,
      plan: (hello: Hello, session: JailSession, proxyPort?: number) =>
        this.#plan(hello, session, proxyPort),
    };
    const jail = new Jail(connection, services, () => this.#jails.delete(jail));
    this.#jails.add(jail);
    return jail;
  }

  #plan(hello: Hello, session: JailSession, proxyPort?: number): JailPlan {
    const { options, report } = this;
    const plan = planJail({
      level: this.level,
      session,
      machine: machineOf(process.arch),
      landlockAbi: report.landlockAbi,
      isPrivileged: isPrivileged(report.facts),
      files: options.policy().files ?? {},
      stateDir: options.stateDir,
      caBundlePath: this.caBundlePath,
      javaTrustStorePath: this.#javaTrustStorePath,
      tcpPorts: this.#tcpPorts(),
      loopbackPorts: options.loopback.map(({ port }) => port),
      proxyPort,
      refused: report.findings.find(({ level }) => level === 'A')?.missing ?? [],
      environment: (additions) => this.#environment(hello, additions),
    });
    return (options.amendPlan ?? unchanged)(plan);
  }

  #tcpPorts(): readonly number[] {
    const ports = [
      ...STANDARD_TCP_PORTS,
      ...(this.options.policy().tcpPorts ?? []),
      ...this.options.loopback.map(({ port }) => port),
    ];
    return [...new Set(ports)];
  }

  #environment(hello: Hello, trust: Readonly<Record<string, string>>): readonly string[] {
    return jailEnvironment({
      entries: hello.environment,
      additions: { ...this.options.environment, ...trust },
      secrets: this.options.secrets ?? [],
    });
  }
}

function unchanged(plan: JailPlan): JailPlan {
  return plan;
}

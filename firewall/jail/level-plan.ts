/** What a jail is at each level, as a plan for the helper. */
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Level } from '../../policy';
import type { JailSession } from '../jail-session';
import { companionFilter, execNotifyFilter } from '../seccomp/filters';
import { hostCompanionFilter, hostNotifyFilter } from '../seccomp/host-filters';
import type { Machine } from '../seccomp/syscalls';
import { caEnvironment, SYSTEM_BUNDLE_PATHS } from '../tls/ca-bundle';
import { listPathSockets, realDisk } from './disk';
import { grantFiles } from './file-grants';
import { landlockRules, type FileGrants } from './landlock';
import {
  JAIL_CA_BUNDLE,
  JAIL_JAVA_TRUST_STORE,
  planMounts,
  type FilePolicy,
  type Places,
} from './mounts';
import type { JailPlan } from './plan';

export interface PlanRequest {
  readonly level: Level;
  readonly session: JailSession;
  readonly machine: Machine;
  readonly landlockAbi: number;
  /** Root makes namespaces without one for users, which this machine refuses. */
  readonly isPrivileged: boolean;
  readonly files: FilePolicy;
  readonly stateDir: string;
  readonly caBundlePath: string;
  readonly javaTrustStorePath: string;
  /** Answered in the jail at every address, at levels with a network of their own. */
  readonly tcpPorts: readonly number[];
  /** Served inside on loopback by their owners outside. */
  readonly loopbackPorts: readonly number[];
  /** Of the session's own forward proxy, at levels in the machine's network. */
  readonly proxyPort?: number | undefined;
  /** What the kernel refused of better levels, for the warning at level D. */
  readonly refused: readonly string[];
  /** The jail's environment, with these variables set on top. */
  environment(additions: Readonly<Record<string, string>>): readonly string[];
}

const DNS_PORT = 53;

/** CLONE_NEWUSER (linux/sched.h). */
const USER_NAMESPACE = 0x10000000;
/** CLONE_NEWNET, NEWNS, NEWPID, NEWIPC. */
const OWN_NAMESPACES = 0x40000000 | 0x00020000 | 0x20000000 | 0x08000000;

/** Whether jails of this level live in the machine's own network and reach the daemon through a port of theirs. */
export function isOnHostNetwork(level: Level): boolean {
  return level === 'B' || level === 'B-' || level === 'C' || level === 'D';
}

/** Makes what the plan needs on disk (`scratch`) and says the rest. */
export function planJail(request: PlanRequest): JailPlan {
  switch (request.level) {
    case 'B':
    case 'B-':
      return supervisedPlan(request);
    case 'C':
      return staticPlan(request);
    case 'D':
      return advisoryPlan(request);
    case 'A+':
    case 'A':
    case 'A-':
      return namespacePlan(request);
  }
}

function placesOf({ session, files, stateDir }: PlanRequest): Places {
  const { home, workdir } = session;
  return { home, workdir, files, secret: [stateDir], disk: realDisk };
}

function namespacePlan(request: PlanRequest): JailPlan {
  const { steps, writable } = planMounts({
    ...placesOf(request),
    caBundle: request.caBundlePath,
    javaTrustStore: request.javaTrustStorePath,
    systemBundles: SYSTEM_BUNDLE_PATHS,
    sockets: listPathSockets(),
    needed: [dirname(process.execPath)],
  });
  const grants = { list: [], read: ['/'], write: writable };
  return {
    namespaces: request.isPrivileged ? OWN_NAMESPACES : OWN_NAMESPACES | USER_NAMESPACE,
    environment: request.environment(caEnvironment(JAIL_CA_BUNDLE, JAIL_JAVA_TRUST_STORE)),
    tcpPorts: request.tcpPorts,
    udpPorts: [DNS_PORT],
    mounts: steps,
    landlock: landlockRules(request.landlockAbi, grants),
    companion: companionFilter(request.machine),
    notify: execNotifyFilter(request.machine),
  };
}

/** No namespace: files by Landlock, sockets by the supervisor, names by proxy variables or DNS over TCP. */
function supervisedPlan(request: PlanRequest): JailPlan {
  const scratch = createScratch();
  return {
    namespaces: 0,
    scratch,
    environment: request.environment({
      ...hostEnvironment(request, scratch),
      // glibc asks over TCP then, which is answered like any connection; datagrams are refused here.
      RES_OPTIONS: 'use-vc',
    }),
    tcpPorts: [DNS_PORT, ...request.loopbackPorts],
    udpPorts: [],
    ...(request.proxyPort === undefined ? {} : { proxyPort: request.proxyPort }),
    mounts: [],
    landlock: landlockRules(request.landlockAbi, hostGrants(request, scratch), []),
    companion: hostCompanionFilter(request.machine, 'allow'),
    notify: hostNotifyFilter(request.machine),
  };
}

/** Nobody watches: Landlock limits TCP to the ports of the proxy and of what is served inside. */
function staticPlan(request: PlanRequest): JailPlan {
  const scratch = createScratch();
  const ports = [
    ...(request.proxyPort === undefined ? [] : [request.proxyPort]),
    ...request.loopbackPorts,
  ];
  return {
    namespaces: 0,
    scratch,
    environment: request.environment(hostEnvironment(request, scratch)),
    tcpPorts: [],
    udpPorts: [],
    mounts: [],
    landlock: landlockRules(request.landlockAbi, hostGrants(request, scratch), ports),
    companion: hostCompanionFilter(request.machine, 'noAccess'),
  };
}

function hostGrants(request: PlanRequest, scratch: string): FileGrants {
  const needed = [request.caBundlePath, request.javaTrustStorePath, dirname(process.execPath)];
  return grantFiles({ ...placesOf(request), scratch, needed });
}

function hostEnvironment(request: PlanRequest, scratch: string): Record<string, string> {
  return {
    ...caEnvironment(request.caBundlePath, request.javaTrustStorePath),
    ...proxyEnvironment(request.proxyPort),
    TMPDIR: scratch,
    TMP: scratch,
    TEMP: scratch,
  };
}

function advisoryPlan(request: PlanRequest): JailPlan {
  return {
    namespaces: 0,
    text: unenforcedWarning(request.refused),
    environment: request.environment({
      ...caEnvironment(request.caBundlePath, request.javaTrustStorePath),
      ...proxyEnvironment(request.proxyPort),
    }),
    tcpPorts: [],
    udpPorts: [],
    mounts: [],
  };
}

function createScratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'aigov-'));
  chmodSync(folder, 0o700);
  return folder;
}

function proxyEnvironment(port: number | undefined): Record<string, string> {
  if (port === undefined) return {};
  const proxy = `http://127.0.0.1:${port}`;
  const local = 'localhost,127.0.0.1,::1';
  const names = [
    'HTTP_PROXY',
    'HTTPS_PROXY',
    'ALL_PROXY',
    'http_proxy',
    'https_proxy',
    'all_proxy',
  ];
  const proxies = Object.fromEntries(names.map((name) => [name, proxy]));
  return { ...proxies, NO_PROXY: local, no_proxy: local };
}

function unenforcedWarning(refused: readonly string[]): string {
  const why = refused.length === 0 ? '' : ` The kernel refused: ${refused.join(', ')}.`;
  return (
    `aigov: UNENFORCED: this machine gives firewall level D only.${why}\n` +
    'aigov: UNENFORCED: network, file and command rules are advisory; a program can get around them.\n'
  );
}

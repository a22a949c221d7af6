import type { Socket } from 'node:net';
import { newId, type NewRecord, type Recorder } from '../audit';
import {
  decideAddress,
  decideCommand,
  decideHost,
  decideNetwork,
  decideTcp,
  isTlsPassthrough,
  monitorDecision,
  monitorHost,
  monitorNetwork,
  monitorTcp,
  watchedCommandNames,
  type CompiledPolicy,
  type Level,
} from '../policy';
import { startJailHost, type FirewallPolicy, type JailHost } from './daemon';
import { createDnsResponder } from './dns/responder';
import { createSyntheticNames } from './dns/synthetic-names';
import { createBoundaryForwarder, noting, type BoundaryForwarder } from './boundary-log/forwarder';
import type { Resolve } from './egress/address-guard';
import { createAuditTrail } from './egress/audit-trail';
import type { EgressDecisions } from './egress/decisions';
import { createEgress, type Egress, type OriginalDestination } from './egress/egress';
import type { GuardPolicy } from './guard/guard';
import type { JailNetwork, LoopbackPort } from './jail/jail';
import type { FirewallFacts } from './jail-session';
import { openedPorts } from './opened-ports';
import { caBundle, loadSystemRoots } from './tls/ca-bundle';
import { createCertificateAuthority, type CertificateAuthority } from './tls/certificate-authority';

export interface FirewallOptions {
  /** State folder of the workspace, 0700 and hidden from the jail. */
  readonly stateDir: string;
  /** The native helper. */
  readonly helperPath: string;
  /** Asked at every decision, so that a reload reaches the next request. */
  policy(): CompiledPolicy;
  readonly recorder: Recorder;
  readonly facts: FirewallFacts;
  /** Ports served inside each jail by their owners outside, such as the relay's. */
  readonly loopback: readonly LoopbackPort[];
  /** Finds addresses outside the jail. @default the system's resolver */
  readonly resolve?: Resolve;
  /** PEM roots of the company: trusted for origins, and put into the jail's bundle. */
  readonly corporateRoots?: readonly string[];
  /** Set inside each jail, such as the clients' settings. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Socket at which Coder's workspace agent takes boundary decisions. @default - they go to the recorder alone */
  readonly boundarySocketPath?: string;
  /** Values that must not reach a jail's environment. */
  readonly secrets?: readonly string[];
  /** Use this level although a stronger one is there. */
  readonly level?: Level;
  readonly log: (line: string) => void;
}

export type Firewall = JailHost;

const DNS_PORT = 53;
/** Stands for a session's own forward proxy, whatever port that got. */
const PROXY_PORT = 3128;

/** Starts the whole firewall: jails, and what answers their network and commands. Throws as `startJailHost`. */
export async function startFirewall(options: FirewallOptions): Promise<Firewall> {
  const authority = createCertificateAuthority();
  const systemRoots = await loadSystemRoots();
  const corporate = options.corporateRoots ?? [];
  const forwarder = openForwarder(options);
  const recorded = withFacts(options.recorder, options.facts);
  const recorder = forwarder === undefined ? recorded : noting(recorded, forwarder);
  const { egress, network } = createNetwork(options, authority, recorder, [
    systemRoots,
    ...corporate,
  ]);
  const host = await startJailHost({
    stateDir: options.stateDir,
    helperPath: options.helperPath,
    policy: () => firewallPolicy(options.policy()),
    guardPolicy: () => guardPolicy(() => options.policy()),
    recorder,
    newId: () => newId(),
    facts: options.facts,
    network,
    caBundle: caBundle({ systemRoots, corporate, ca: authority.certificatePem }),
    loopback: options.loopback,
    log: options.log,
    ...(options.environment === undefined ? {} : { environment: options.environment }),
    ...(options.secrets === undefined ? {} : { secrets: options.secrets }),
    ...(options.level === undefined ? {} : { level: options.level }),
  });
  return closingWith(host, egress, forwarder);
}

function firewallPolicy(policy: CompiledPolicy): FirewallPolicy {
  const { version, minimumLevel, mode, auditOnFailure, effective } = policy;
  return {
    version,
    mode,
    auditOnFailure,
    ...(minimumLevel === undefined ? {} : { minimumLevel }),
    ...(effective.files === undefined ? {} : { files: effective.files }),
    tcpPorts: openedPorts(effective.network),
  };
}

function guardPolicy(policy: () => CompiledPolicy): GuardPolicy {
  return {
    decideExec: (request) => decideCommand(policy(), request),
    watchedNames: watchedCommandNames(policy()),
  };
}

/** In the mode of the policy at the time of each decision. */
function decisionsOf(policy: () => CompiledPolicy): EgressDecisions {
  const isMonitored = () => policy().mode === 'monitor';
  return {
    decideNetwork: (request) => (isMonitored() ? monitorNetwork : decideNetwork)(policy(), request),
    decideTcp: (request) => decideTcp(policy(), request),
    decideOpaque: (request) => (isMonitored() ? monitorTcp : decideTcp)(policy(), request),
    decideHost: (request) => (isMonitored() ? monitorHost : decideHost)(policy(), request),
    decideAddress: (request) => {
      const decision = decideAddress(policy(), request);
      return isMonitored() ? monitorDecision(decision) : decision;
    },
    isPassthrough: (request) => isTlsPassthrough(policy(), request),
  };
}

function createNetwork(
  options: FirewallOptions,
  authority: CertificateAuthority,
  recorder: Recorder,
  roots: readonly string[],
): { egress: Egress; network: JailNetwork } {
  const decisions = decisionsOf(() => options.policy());
  const names = createSyntheticNames();
  const trail = createAuditTrail({
    recorder,
    newId: () => newId(),
    policyVersion: () => options.policy().version,
    onAuditFailure: () => options.policy().auditOnFailure,
  });
  const dns = createDnsResponder({ decisions, names, trail });
  /** Where connections go that do not say so themselves. */
  const destinations = new WeakMap<Socket, OriginalDestination>();
  const egress = createEgress({
    decisions,
    proxyPort: PROXY_PORT,
    originalDestination: (socket) =>
      destinations.get(socket) ?? {
        address: socket.localAddress ?? '',
        port: socket.localPort ?? 0,
      },
    names,
    trail,
    authority,
    upstreamCa: roots.join('\n'),
    ...(options.resolve === undefined ? {} : { resolve: options.resolve }),
  });
  const network: JailNetwork = {
    accept: (socket, session, destination) => {
      if (destination !== undefined) destinations.set(socket, destination);
      if ((destination?.port ?? socket.localPort) === DNS_PORT) dns.acceptTcp(socket, session);
      else egress.accept(socket, session);
    },
    acceptProxy: (socket, session) => {
      destinations.set(socket, { address: '127.0.0.1', port: PROXY_PORT });
      egress.accept(socket, session);
    },
    answerDns: (packet, session) => dns.answer(packet, session),
    forget: () => undefined, // the tables are weak maps by session
  };
  return { egress, network };
}

/** Every record says whose workspace it comes from. */
function withFacts(recorder: Recorder, facts: FirewallFacts): Recorder {
  return { record: (record: NewRecord) => recorder.record({ ...facts, ...record }) };
}

function openForwarder({
  boundarySocketPath: path,
  log,
}: FirewallOptions): BoundaryForwarder | undefined {
  return path === undefined ? undefined : createBoundaryForwarder({ path, log });
}

function closingWith(
  host: JailHost,
  egress: Egress,
  forwarder: BoundaryForwarder | undefined,
): Firewall {
  const close = host.close.bind(host);
  return Object.assign(host, {
    close: async () => {
      await close();
      await egress.close();
      await forwarder?.close();
    },
  });
}

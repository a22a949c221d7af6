/**
 * firewall/: a jail that needs no privilege. May import audit/ and policy/.
 *
 * `native/aigov-jail.c` builds the jail and decides nothing; `daemon.ts` serves jails: what they may see (`jail/`),
 * run (`guard/`), reach (`egress/`, `dns/`, `tls/`). What holds at which level: docs/firewall-guarantees.md.
 * Start reading at `firewall.ts`, then `daemon.ts` and `jail/jail.ts`.
 */
export { startJailHost, type FirewallPolicy, type JailHost, type JailHostOptions } from './daemon';
export type { FirewallFacts, JailSession } from './jail-session';
export { remedyFor } from './level-remedy';
export { probeLevels, requireLevel, type LevelFinding, type LevelReport } from './probe';
export { runInJail, type RunInJailOptions } from './run-in-jail';
export { startFirewall, type Firewall, type FirewallOptions } from './firewall';
export { createCertificateAuthority, type CertificateAuthority } from './tls/certificate-authority';
export { createAuditTrail, type AuditTrail, type AuditTrailOptions } from './egress/audit-trail';
export type { EgressDecisions, EgressSession } from './egress/decisions';
export { createEgress, type Egress, type EgressOptions } from './egress/egress';
export { createDnsResponder, type DnsResponder } from './dns/responder';
export { createSyntheticNames, type SyntheticNames } from './dns/synthetic-names';
export { parseClientHello, type ClientHello } from './tls/client-hello';

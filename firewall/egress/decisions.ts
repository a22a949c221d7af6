import type { Socket } from 'node:net';
import type { NewRecord } from '../../audit';
import type { Decision } from '../../policy';

/**
 * What egress and DNS ask of the policy. The caller binds the functions of policy/ to the policy in force, so a
 * reload changes the answers of the next request and no stream that is under way.
 */
export interface EgressDecisions {
  decideNetwork(request: { readonly method: string; readonly url: string }): Decision;
  decideTcp(request: { readonly host: string; readonly port: number }): Decision;
  /** Could any request to this host be allowed? Without `port` (DNS): on any port. */
  decideHost(request: { readonly host: string; readonly port?: number }): Decision;
  decideAddress(request: { readonly host: string; readonly address: string }): Decision;
  /** A connection that speaks nothing we can read and that no rule for raw TCP names. @default decideTcp */
  decideOpaque?(request: { readonly host: string; readonly port: number }): Decision;
  /** True where TLS to this host is passed through unread. Absent: never. */
  isPassthrough?(request: { readonly host: string; readonly port: number }): boolean;
}

/** The process at the inner end of a connection. */
export interface ClientProcess {
  readonly pid: number;
  readonly executable?: string;
}

/** What egress and DNS need to know of one jail. The object's identity is the jail's identity. */
export interface EgressSession {
  /** UUID; `firewall.sessionId` of the records. */
  readonly id: string;
  /** How strongly the jail holds; stands in every record. */
  readonly level?: string;
  /** What every record of the session carries. */
  readonly facts?: Pick<NewRecord, 'actor' | 'workspace' | 'taskId' | 'repository' | 'client'>;
  /** 0, then +1 each: `firewall.sequence` of the records. */
  nextSequence(): number;
  /** The process that opened a connection, where the jail can tell. */
  processOf?(socket: Socket): ClientProcess | undefined;
}

import type { Socket } from 'node:net';
import type { Decision } from '../../policy';
import type { AuditTrail } from '../egress/audit-trail';
import type { EgressDecisions, EgressSession } from '../egress/decisions';
import { addressOctets } from '../tls/address-octets';
import { createDeniedNames } from './denied-names';
import {
  type DnsQuery,
  parseQuery,
  RECORD_TYPE,
  RESPONSE_CODE,
  writeAnswer,
  writeRefusal,
} from './message';
import type { SyntheticNames } from './synthetic-names';
import { serveDnsTcp } from './tcp';

/** Short, so that a name whose address was given away is asked for again soon. */
const TTL_SECONDS = 5;
const HOST_NAME = /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/;
const MAX_HOST_NAME = 253;
const LOCALHOST = /^(.+\.)?localhost$/;

export interface DnsResponderOptions {
  readonly decisions: Pick<EgressDecisions, 'decideHost'>;
  readonly names: SyntheticNames;
  readonly trail: AuditTrail;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
}

/** Answers the jail's DNS questions out of the policy. Nothing is ever forwarded: a name cannot carry data out. */
export interface DnsResponder {
  /** The answer to one UDP packet; nothing for what is no question. Never throws. */
  answer(packet: Buffer, session: EgressSession): Buffer | undefined;
  /** Serves DNS over one accepted TCP connection. */
  acceptTcp(socket: Socket, session: EgressSession): void;
}

type Question = Extract<DnsQuery, { kind: 'query' }>;

function isHostName(name: string): boolean {
  return name.length <= MAX_HOST_NAME && HOST_NAME.test(name);
}

function notAHostName(name: string): Decision {
  return {
    effect: 'deny',
    reason: 'url_invalid',
    remedy: `No rule can allow "${name.slice(0, MAX_HOST_NAME)}": it is not a host name.`,
  };
}

function addressFor(query: Question, ipv4: string, ipv6?: string): Buffer {
  const address =
    query.type === RECORD_TYPE.a ? ipv4 : query.type === RECORD_TYPE.aaaa ? ipv6 : undefined;
  return writeAnswer(
    query,
    RESPONSE_CODE.noError,
    address === undefined ? undefined : { octets: addressOctets(address), ttlSeconds: TTL_SECONDS },
  );
}

/**
 * An allowed name has a synthetic IPv4 address and, said with an empty answer, no IPv6 one; every other name does
 * not exist.
 */
export function createDnsResponder(options: DnsResponderOptions): DnsResponder {
  const { decisions, names, trail } = options;
  const denied = createDeniedNames(options.clock);

  const noteDenial = (query: Question, session: EgressSession, decision: Decision): void => {
    const { isRecorded, unrecorded } = denied.note(session, query.name);
    if (!isRecorded) return;
    const data = {
      protocol: 'dns',
      host: query.name,
      queryType: query.type,
      ...(unrecorded === 0 ? {} : { unrecordedDenials: unrecorded }),
    };
    void trail.event({ kind: 'dns', session, decision, data });
  };

  const answerQuestion = (query: Question, session: EgressSession): Buffer => {
    if (LOCALHOST.test(query.name)) return addressFor(query, '127.0.0.1', '::1'); // RFC 6761 §6.3
    const decision = isHostName(query.name)
      ? decisions.decideHost({ host: query.name })
      : notAHostName(query.name);
    if (decision.effect === 'allow') {
      return addressFor(query, names.of(session).addressOf(query.name));
    }
    noteDenial(query, session, decision);
    return writeAnswer(query, RESPONSE_CODE.nameError);
  };

  const answer: DnsResponder['answer'] = (packet, session) => {
    const query = parseQuery(packet);
    switch (query.kind) {
      case 'noise':
        return undefined;
      case 'refused':
        return writeRefusal(query);
      case 'query':
        return answerQuestion(query, session);
    }
  };

  return {
    answer,
    acceptTcp: (socket, session) => serveDnsTcp(socket, (packet) => answer(packet, session)),
  };
}

import { admitRequest, type Admission, type AdmissionParts } from './admission';
import type { Connection } from './connection';
import { errorCode } from './error-code';
import type { Inbound, OutboundRequest } from './exchange';
import { forward, type Outcome } from './forward';
import { CORRELATION, forwardedRequestHeaders } from './headers';
import { auditUnavailableReply, denialReply, sendReply, upstreamFailureReply } from './reply';
import type { Upstream } from './upstream';

export interface ExchangeParts {
  readonly admission: AdmissionParts;
  readonly upstream: Upstream;
  /** True for URLs of the gateway: they get our correlation headers. */
  readonly isGateway?: (url: string) => boolean;
}

/** Methods that may be sent again when the origin did not look at the first try (RFC 9110 §9.2.2). */
const REPEATABLE = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);
/** More than once, since several kept connections may have died together. */
const MAX_ATTEMPTS = 8;
const NOTHING = { bytesIn: 0, bytesOut: 0 };

type Admitted = Extract<Admission, { kind: 'admitted' }>;

function outboundRequest(
  parts: ExchangeParts,
  connection: Connection,
  inbound: Inbound,
  { target, thing }: Admitted,
  addresses: readonly string[],
): OutboundRequest {
  const correlation =
    parts.isGateway?.(target.url) === true
      ? [CORRELATION.sessionId, connection.session.id, CORRELATION.sequence, String(thing.sequence)]
      : [];
  return {
    ...target,
    addresses,
    method: inbound.method,
    authority: inbound.authorities[0] ?? target.host,
    rawHeaders: [...forwardedRequestHeaders(inbound.rawHeaders), ...correlation],
    hasBody: inbound.body !== undefined,
    isUpgrade: inbound.upgrade !== undefined,
    isHttp2: inbound.protocol === 'h2',
  };
}

async function attemptOnce(
  upstream: Upstream,
  inbound: Inbound,
  request: OutboundRequest,
): Promise<Outcome> {
  const way = await upstream.prepare(request);
  if ('code' in way) return { ending: 'upstream_error', failure: way, ...NOTHING };
  if (inbound.isGone()) {
    way.release();
    return { ending: 'client_gone', ...NOTHING };
  }
  return forward(inbound, way).catch((error: unknown) => {
    const failure = { code: 'upstream_protocol_error', cause: errorCode(error) } as const;
    return { ending: 'upstream_error', failure, ...NOTHING };
  });
}

async function forwardAdmitted(
  parts: ExchangeParts,
  connection: Connection,
  inbound: Inbound,
  admitted: Admitted,
): Promise<Outcome> {
  if (inbound.isGone()) return { ending: 'client_gone', ...NOTHING };
  const { vetting } = admitted;
  if (vetting.kind === 'unresolved') {
    const failure = { code: 'name_not_resolved', cause: vetting.cause } as const;
    return { ending: 'upstream_error', failure, ...NOTHING };
  }
  const request = outboundRequest(parts, connection, inbound, admitted, vetting.addresses);
  const isRepeatable = inbound.body === undefined && REPEATABLE.has(inbound.method);
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await attemptOnce(parts.upstream, inbound, request);
    const isUnseen = outcome.failure?.isUnseen === true;
    if (!isUnseen || !isRepeatable || attempt === MAX_ATTEMPTS) return outcome;
  }
}

/** Decides, records, forwards and answers one request. Never rejects. */
export async function handleExchange(
  parts: ExchangeParts,
  connection: Connection,
  inbound: Inbound,
): Promise<void> {
  const admission = await admitRequest(parts.admission, connection, inbound, inbound.protocol);
  if (admission.kind === 'denied') {
    sendReply(inbound, denialReply(inbound.method, admission.url, admission.decision));
    return;
  }
  if (admission.kind === 'blocked') {
    sendReply(inbound, auditUnavailableReply());
    return;
  }
  const outcome = await forwardAdmitted(parts, connection, inbound, admission);
  const { ending, status, failure, bytesIn, bytesOut } = outcome;
  if (status === undefined && failure !== undefined) {
    sendReply(inbound, upstreamFailureReply(admission.target.host, failure));
  }
  await admission.thing.close(ending, {
    bytesIn,
    bytesOut,
    ...(status === undefined ? {} : { status }),
    ...(failure === undefined ? {} : { failure: failure.code, cause: failure.cause }),
  });
}

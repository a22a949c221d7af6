import type { Decision } from '../../policy';
import type { Inbound, UpstreamFailure } from './exchange';
import { valuesOf } from './headers';

/** What the client gets from us instead of an answer of the origin. */
export interface Reply {
  readonly status: number;
  readonly headers: readonly string[];
  readonly text: string;
  readonly json: { readonly error: Readonly<Record<string, unknown>> };
}

type Denial = Extract<Decision, { effect: 'deny' }>;

const MAX_HEADER_VALUE = 1_024;
const MAX_SHOWN_URL = 512;

/** Rules and remedies can hold what a request said: only visible ASCII goes into a header. */
function headerValue(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, MAX_HEADER_VALUE);
}

function shown(url: string): string {
  const plain = url.replace(/[^\x20-\x7e]/g, '?');
  return plain.length > MAX_SHOWN_URL ? `${plain.slice(0, MAX_SHOWN_URL)}…` : plain;
}

/** A denial a person or a model can act on. */
export function denialReply(
  method: string,
  url: string,
  decision: Denial,
  status: number = 403,
): Reply {
  const { reason, layer, rule, remedy } = decision;
  const by = rule === undefined ? '' : ` Rule: ${rule}${layer === undefined ? '' : ` (${layer})`}.`;
  return {
    status,
    headers: [
      'x-aigov-decision',
      'deny',
      'x-aigov-reason',
      reason,
      ...(rule === undefined ? [] : ['x-aigov-rule', headerValue(rule)]),
      'x-aigov-remedy',
      headerValue(remedy),
    ],
    text: [
      `Blocked by the agent firewall: ${headerValue(method)} ${shown(url)}`,
      `Reason: ${reason}.${by}`,
      `To allow it: ${remedy}`,
      'This is policy, not a fault. Do not retry and do not look for a way around it; say what you needed and why.',
      '',
    ].join('\n'),
    json: {
      error: { code: 'egress_denied', method, url: shown(url), reason, layer, rule, remedy },
    },
  };
}

const TIMEOUTS = new Set<UpstreamFailure['code']>(['connect_timeout', 'response_timeout']);

/** The origin could not be reached or did not answer: 502, or 504 where time ran out. */
export function upstreamFailureReply(host: string, { code, cause }: UpstreamFailure): Reply {
  const detail = cause === undefined ? code : `${code} (${cause})`;
  return {
    status: TIMEOUTS.has(code) ? 504 : 502,
    headers: ['x-aigov-decision', 'allow', 'x-aigov-failure', code],
    text: `The agent firewall allowed this request, but ${shown(host)} did not answer: ${detail}.\n`,
    json: { error: { code: 'upstream_failed', host: shown(host), failure: code, cause } },
  };
}

/** The request is allowed but may not go out unrecorded. */
export function auditUnavailableReply(): Reply {
  return {
    status: 503,
    headers: ['x-aigov-decision', 'allow', 'x-aigov-failure', 'audit_unavailable'],
    text: 'The agent firewall could not record this request, and the policy lets nothing pass unrecorded.\n',
    json: { error: { code: 'audit_unavailable' } },
  };
}

/** Sends a reply as text, or as JSON where the client prefers it. */
export function sendReply(inbound: Inbound, reply: Reply): void {
  const accepted = valuesOf(inbound.rawHeaders, 'accept').join(',').toLowerCase();
  const isJson = /\bapplication\/(?:[\w.-]+\+)?json\b/.test(accepted);
  const body = Buffer.from(isJson ? `${JSON.stringify(reply.json)}\n` : reply.text);
  const type = isJson ? 'application/json' : 'text/plain; charset=utf-8';
  const sink = inbound.respond({
    status: reply.status,
    reason: '',
    rawHeaders: [
      'content-type',
      type,
      'content-length',
      String(body.length),
      'cache-control',
      'no-store',
      ...reply.headers,
    ],
  });
  sink.end(inbound.method === 'HEAD' ? undefined : body);
}

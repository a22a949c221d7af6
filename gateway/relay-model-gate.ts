import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { newId } from '../audit';
import { identifyClient } from '../clients';
import type { RequestClaims } from './context';
import { contentRulesOf } from './content/keep-content';
import { decideRequest, type RequestVerdict } from './decide-request';
import { closeRecord, openRecord } from './interception';
import { endpointOfAnyType } from './provider';
import type { Refusal, RequestFacts } from './providers/wire-format';
import { REFUSALS } from './refuse';
import { readRequest } from './read-request';
import type { RelayOptions } from './relay-options';
import type { GatewayRoute } from './routes';

interface Judged extends RequestVerdict {
  readonly facts: RequestFacts;
  readonly refusal: Refusal;
}

/**
 * Holds requests to the template's model rules, which the server may not know. Where the template has none the body is
 * not even parsed. A refusal is recorded here, because the server never sees the request.
 */
export class ModelGate {
  readonly #options: RelayOptions;
  readonly #maxDecodedBytes: number;
  readonly #isOpen: boolean;

  constructor(options: RelayOptions, maxDecodedBytes: number) {
    this.#options = options;
    this.#maxDecodedBytes = maxDecodedBytes;
    this.#isOpen = options.policy.models.layers.length === 0;
  }

  /** Why the request may not go on; undefined when it may. */
  async check(
    request: IncomingMessage,
    route: GatewayRoute,
    body: Buffer | null,
    claims: RequestClaims,
  ): Promise<Refusal | undefined> {
    const { method = 'GET', headers } = request;
    const endpoint = this.#isOpen ? undefined : endpointOfAnyType(method, route.path);
    if (endpoint?.kind !== 'intercepted') return undefined;
    const read = readRequest(endpoint.format, route.path, headers, body, this.#maxDecodedBytes);
    if (read === undefined) return REFUSALS.bodyInvalid;
    const verdict = decideRequest(this.#options.policy, route.providerName, read);
    if (verdict.refusal === undefined) return undefined;
    await this.#record(request, route, body, claims, {
      ...verdict,
      refusal: verdict.refusal,
      facts: read.facts,
    });
    return verdict.refusal;
  }

  async #record(
    request: IncomingMessage,
    route: GatewayRoute,
    body: Buffer | null,
    claims: RequestClaims,
    { facts, decision, refusal }: Judged,
  ): Promise<void> {
    const { recorder, owner, workspace, taskId, policy } = this.#options;
    const { layer, rule } = decision;
    const start = {
      id: newId(),
      caller: {
        identity: { user: owner, isVerified: false },
        context: { workspace, ...claims, ...(taskId === undefined ? {} : { taskId }) },
      },
      ...identifyClient(request.headers),
      policy: {
        version: policy.version,
        ...(layer === undefined ? {} : { layer }),
        ...(rule === undefined ? {} : { rule }),
      },
      provider: route.providerName,
      providerName: route.providerName,
      route: route.path,
      method: request.method ?? 'POST',
      userAgent: request.headers['user-agent'],
      credentialKind: 'centralized' as const,
      credentialHint: '',
      requestSha256: createHash('sha256')
        .update(body ?? '')
        .digest('hex'),
      request: facts,
      contentRules: contentRulesOf(policy),
    };
    const end = {
      ending: 'refused' as const,
      status: refusal.status,
      durationMs: 0,
      errorCode: refusal.code,
    };
    await Promise.allSettled([
      recorder.record(openRecord(start)),
      recorder.record(closeRecord(start, end)),
    ]);
  }
}

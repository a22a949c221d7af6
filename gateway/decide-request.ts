import { decideModel, type CompiledPolicy, type Decision } from '../policy';
import { contentRefusal, type ScreenedRequest } from './content/read-screened';
import { namesModelTwice, type ReadRequest } from './read-request';
import { REFUSALS } from './refuse';
import type { Refusal } from './providers/wire-format';

/** What policy says about a request, and how that is told when it may not go on. */
export interface RequestVerdict {
  readonly decision: Decision;
  readonly refusal?: Refusal;
}

/** Decides content, then model and output limit. Pure. */
export function decideScreened(
  policy: CompiledPolicy,
  providerName: string,
  request: ScreenedRequest,
): RequestVerdict {
  const blocking = request.screened?.blocking;
  if (blocking === undefined) return decideRequest(policy, providerName, request);
  const { layer, rule } = blocking;
  const remedy = 'Take it out of the conversation.';
  const decision = { effect: 'deny', reason: 'content_blocked', layer, rule, remedy } as const;
  return { decision, refusal: contentRefusal(blocking) };
}

/** Decides model and output limit. Pure. */
export function decideRequest(
  policy: CompiledPolicy,
  providerName: string,
  { facts, text }: ReadRequest,
): RequestVerdict {
  const decision = decideModel(policy, { provider: providerName, model: facts.model });
  if (decision.effect === 'deny') return { decision, refusal: modelRefusal(facts.model, decision) };
  const isRestricted = policy.models.layers.length > 0;
  if (isRestricted && namesModelTwice(text)) return { decision, refusal: REFUSALS.modelAmbiguous };
  const limit = policy.models.maxOutputTokens;
  if (limit !== undefined && (facts.maxOutputTokens ?? 0) > limit)
    return { decision, refusal: outputRefusal(facts.maxOutputTokens ?? 0, limit) };
  return { decision };
}

function modelRefusal(model: string, decision: Extract<Decision, { effect: 'deny' }>): Refusal {
  const layer = decision.layer === undefined ? '' : ` by policy layer "${decision.layer}"`;
  return {
    status: 403,
    code: 'MODEL_NOT_ALLOWED',
    message: `model ${JSON.stringify(model)} is not allowed${layer}. ${decision.remedy}`,
    isRetryable: false,
  };
}

function outputRefusal(asked: number, limit: number): Refusal {
  return {
    status: 403,
    code: 'OUTPUT_LIMIT_EXCEEDED',
    message: `the request allows ${asked} output tokens, policy at most ${limit}. Lower it in the client`,
    isRetryable: false,
  };
}

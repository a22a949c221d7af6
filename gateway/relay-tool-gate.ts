import { newId } from '../audit';
import type { RequestClaims } from './context';
import { contentRulesOf, keepContent } from './content/keep-content';
import { createAnswerFilter, type AnswerFilter } from './guard/answer-filter';
import { createJudge, deniedCalls, isGuarding } from './guard/judge';
import type { RawHeaders } from './headers';
import { SILENT } from './logger';
import type { JudgeCall, ToolCall, WireFormat } from './providers/wire-format';
import type { RelayOptions } from './relay-options';

/**
 * Holds answers to the template's tool rules, which the server may not know. Where the template has none, answers are
 * not even looked at. What is stopped is recorded here: the server saw the call, not that it went no further.
 */
export class ToolGate {
  readonly #options: RelayOptions;
  readonly #judge: JudgeCall | undefined;

  constructor(options: RelayOptions) {
    this.#options = options;
    this.#judge = isGuarding(options.policy) ? createJudge(options.policy) : undefined;
  }

  /** Answers that are judged may not come compressed. */
  get isOn(): boolean {
    return this.#judge !== undefined;
  }

  filterFor(
    format: WireFormat,
    claims: RequestClaims,
    status: number,
    headers: RawHeaders,
  ): AnswerFilter | undefined {
    const judge = this.#judge;
    if (judge === undefined || status < 200 || status >= 300) return undefined;
    const recorded = new Set<string>();
    return createAnswerFilter(format, headers, (call) => {
      const refusal = judge(call);
      if (refusal !== undefined && !recorded.has(call.id)) this.#record(call, claims);
      recorded.add(call.id);
      return refusal;
    });
  }

  #record(call: ToolCall, claims: RequestClaims): void {
    const { recorder, owner, workspace, taskId, policy, logger = SILENT } = this.#options;
    const [denied] = deniedCalls(policy, [call]);
    if (denied === undefined) return;
    const { layer, rule, reason } = denied;
    const texts = { [`toolCall.${call.id}`]: call.arguments };
    const { content, hashes } = keepContent(contentRulesOf(policy), texts);
    const record = {
      id: newId(),
      kind: 'command' as const,
      phase: 'event' as const,
      actor: { user: owner, isVerified: false },
      workspace,
      ...(taskId === undefined ? {} : { taskId }),
      ...claims,
      policy: {
        version: policy.version,
        ...(layer === undefined ? {} : { layer }),
        ...(rule === undefined ? {} : { rule }),
      },
      data: {
        effect: 'deny',
        reason,
        toolCallId: call.id,
        toolName: call.name,
        contentSha256: hashes,
      },
      ...(content === undefined ? {} : { content }),
    };
    recorder.record(record).catch((error: unknown) => {
      logger.warn('record not written', { id: record.id, error: String(error) });
    });
  }
}

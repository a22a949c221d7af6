import { createHash } from 'node:crypto';
import type { Ending, NewRecord } from '../../audit';
import type { CompiledPolicy, Decision } from '../../policy';
import type { Caller } from '../admission';
import { attributionOf } from '../attribution';
import { contentRulesOf, keepContent } from '../content/keep-content';
import type { CallFacts } from './call-tap';
import type { McpMessage } from './message';
import type { McpSubject } from './methods';
import type { ToolChange } from './tool-pins';

/** Everything known of a call before it goes on. */
export interface CallStart {
  readonly id: string;
  readonly caller: Caller;
  readonly client: string;
  readonly sessionId?: string;
  readonly policy: CompiledPolicy;
  readonly decision: Decision;
  readonly server: string;
  readonly subject: McpSubject;
  readonly protocolVersion: string | undefined;
  /** Undefined for what has no body. */
  readonly message: McpMessage | undefined;
}

/** Everything known of it at its end. */
export interface CallEnd {
  readonly ending: Ending;
  readonly status: number | undefined;
  readonly durationMs: number;
  readonly facts?: CallFacts;
  readonly errorCode?: string;
}

/** The record written durably before the call goes on. */
export function openCall(start: CallStart): NewRecord {
  const { server, subject, message, decision } = start;
  const { content, hashes } = keepContent(contentRulesOf(start.policy), argumentTexts(message));
  return {
    ...envelope(start),
    phase: 'open',
    data: {
      server,
      method: subject.method,
      ...(subject.method === 'tools/call' ? { tool: subject.target } : { target: subject.target }),
      protocolVersion: start.protocolVersion,
      effect: decision.effect,
      reason: decision.reason,
      requestSha256: createHash('sha256')
        .update(message?.text ?? '')
        .digest('hex'),
      contentSha256: hashes,
    },
    ...(content === undefined ? {} : { content }),
  };
}

function argumentTexts(message: McpMessage | undefined): Readonly<Record<string, string>> {
  if (message === undefined || message.kind === 'response') return {};
  const value = message.params['arguments'];
  return value === undefined ? {} : { arguments: JSON.stringify(value) };
}

/** The record of its end. Of a result that may not be recognised again (`toolResults: off`) there is no hash either. */
export function closeCall(start: CallStart, end: CallEnd): NewRecord {
  const { result, resultSha256, ...facts } = end.facts ?? {};
  const rules = contentRulesOf(start.policy);
  const { content, hashes } = keepContent(rules, result === undefined ? {} : { result });
  const isRecognised = content !== undefined || hashes !== undefined;
  return {
    id: start.id,
    kind: 'mcp_call',
    phase: 'close',
    data: {
      ending: end.ending,
      status: end.status,
      errorCode: end.errorCode,
      durationMs: Math.round(end.durationMs),
      ...facts,
      resultSha256: isRecognised ? resultSha256 : undefined,
    },
    ...(content === undefined ? {} : { content }),
  };
}

/** What is refused before it is a call, and stands alone. */
export function refusedMessage(start: CallStart, errorCode: string): NewRecord {
  const opened = openCall(start);
  return { ...opened, phase: 'event', data: { ...opened.data, ending: 'refused', errorCode } };
}

/** A tool that is not what was approved. The definition is kept as a tool's result is: it comes from the same stranger. */
export function changedTool(
  id: string,
  { caller, policy, server }: Pick<CallStart, 'caller' | 'policy' | 'server'>,
  { tool, kind, approvedSha256, seenSha256, definition }: ToolChange,
): NewRecord {
  const { content, hashes } = keepContent(contentRulesOf(policy), { result: definition });
  return {
    ...envelope({ id, caller, policy, client: 'unknown' }),
    phase: 'event',
    data: { server, tool, change: kind, approvedSha256, seenSha256, contentSha256: hashes },
    ...(content === undefined ? {} : { content }),
  };
}

function envelope({
  id,
  caller,
  client,
  sessionId,
  policy,
  decision,
}: Pick<CallStart, 'id' | 'caller' | 'client' | 'policy'> &
  Partial<Pick<CallStart, 'sessionId' | 'decision'>>): Omit<NewRecord, 'phase' | 'data'> {
  const { layer, rule } = decision ?? {};
  return {
    id,
    kind: 'mcp_call',
    client,
    policy: {
      version: policy.version,
      ...(layer === undefined ? {} : { layer }),
      ...(rule === undefined ? {} : { rule }),
    },
    ...attributionOf(caller),
    ...(sessionId === undefined ? {} : { sessionId }),
  };
}

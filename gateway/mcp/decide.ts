import { decideMcpServer, decideTool, type CompiledPolicy, type Decision } from '../../policy';
import { MCP_REFUSALS, policyRefusal, type McpRefusal } from './refuse';
import type { McpFeature, McpSubject } from './methods';
import type { ToolPins } from './tool-pins';

/** What may be asked of one server, besides what policy says. */
export interface McpRules {
  readonly server: string;
  readonly features: ReadonlySet<McpFeature>;
  readonly pins: ToolPins | undefined;
}

/** What policy and configuration say about one message. */
export interface McpVerdict {
  readonly decision: Decision;
  /** Absent: it goes on, in monitor mode also where the decision says no. */
  readonly refusal?: McpRefusal;
}

/** Decides one message. Without a subject (an answer to the server) only the server itself counts. */
export function decideMessage(
  policy: CompiledPolicy,
  rules: McpRules,
  subject: McpSubject | undefined,
): McpVerdict {
  const onServer = decideMcpServer(policy, rules.server);
  if (onServer.effect === 'deny') return enforced(policy, onServer, `MCP server "${rules.server}"`);
  const { feature, target } = subject ?? {};
  if (feature !== undefined && !rules.features.has(feature))
    return { decision: onServer, refusal: MCP_REFUSALS.featureRefused };
  if (subject?.method !== 'tools/call' || target === undefined) return { decision: onServer };
  const onTool = decideTool(policy, { name: target, server: rules.server });
  if (onTool.effect === 'deny') return enforced(policy, onTool, `Tool "${target}"`);
  const pinned = rules.pins?.refusalOf(target);
  return pinned === undefined ? { decision: onTool } : { decision: onTool, refusal: pinned };
}

/** Whether a list may show a tool: what cannot be called is not seen either. */
export function isToolVisible(policy: CompiledPolicy, rules: McpRules, tool: string): boolean {
  const subject = { method: 'tools/call', feature: 'tools', isCall: true, target: tool } as const;
  return decideMessage(policy, rules, subject).refusal === undefined;
}

function enforced(
  policy: CompiledPolicy,
  decision: Extract<Decision, { effect: 'deny' }>,
  what: string,
): McpVerdict {
  if (policy.mode === 'monitor') return { decision };
  return { decision, refusal: policyRefusal(what, decision) };
}

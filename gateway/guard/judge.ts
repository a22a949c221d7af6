import { allClients } from '../../clients';
import { decideTool, type CompiledPolicy, type Decision } from '../../policy';
import type { ToolDecision } from '../interception';
import type { JudgeCall, ToolCall } from '../providers/wire-format';
import { asArray, parseJsonObject } from '../providers/read-json';

/** Whether policy says anything about tool calls at all. */
export function hasToolRules({ tools, mcpServers }: CompiledPolicy): boolean {
  const hasDenials = tools.layers.some(({ deny = [] }) => deny.length > 0);
  return hasDenials || tools.shell === 'guard' || mcpServers.layers.length > 0;
}

/** Whether forbidden calls are kept from the client; else they are only recorded. */
export function isGuarding(policy: CompiledPolicy): boolean {
  return policy.mode === 'enforce' && hasToolRules(policy);
}

/** Decides one tool call a model made. Pure. */
export function decideCall(policy: CompiledPolicy, { name, arguments: text }: ToolCall): Decision {
  const input = parseJsonObject(text);
  const shell = shellCommandOf(name, input);
  if (shell !== undefined && shell.line === undefined && policy.tools.shell === 'guard')
    return UNREADABLE;
  return decideTool(policy, {
    name,
    arguments: input ?? text,
    ...(shell?.line === undefined ? {} : { shellCommand: shell.line }),
  });
}

const UNREADABLE: Decision = {
  effect: 'deny',
  reason: 'command_unreadable',
  remedy: 'Let the tool be called with its command line as one text.',
};

/** The forbidden ones of the calls a model made, for the record. */
export function deniedCalls(
  policy: CompiledPolicy,
  calls: readonly ToolCall[],
): readonly ToolDecision[] {
  const isEnforced = isGuarding(policy);
  return calls.flatMap((call) => {
    const decision = decideCall(policy, call);
    if (decision.effect !== 'deny') return [];
    const { effect, reason, layer, rule } = decision;
    return [
      {
        id: call.id,
        name: call.name,
        effect,
        reason,
        ...(layer === undefined ? {} : { layer }),
        ...(rule === undefined ? {} : { rule }),
        isEnforced,
      },
    ];
  });
}

/** The judge of a stream: a forbidden call's place is taken by what the model and the person should know. */
export function createJudge(policy: CompiledPolicy): JudgeCall {
  return (call) => {
    const decision = decideCall(policy, call);
    return decision.effect === 'deny' ? refusalText(call.name, decision) : undefined;
  };
}

function refusalText(name: string, decision: Extract<Decision, { effect: 'deny' }>): string {
  const by = decision.layer === undefined ? '' : ` of layer "${decision.layer}"`;
  const rule = decision.rule === undefined ? decision.reason : `rule "${decision.rule}"${by}`;
  return `[aigov] The call of tool "${name}" was stopped by policy (${rule}). ${decision.remedy} Do not try it another way.`;
}

/** Arguments that hold a command line, by tool name, over all clients: which client it is, is only a claim. */
const SHELL_ARGUMENTS: ReadonlyMap<string, readonly string[]> = allClients.reduce(
  (byTool, { shellTools }) => {
    for (const [tool, argument] of Object.entries(shellTools))
      byTool.set(tool, [...new Set([...(byTool.get(tool) ?? []), argument])]);
    return byTool;
  },
  new Map<string, readonly string[]>(),
);

/** The command line of a shell tool's call. Undefined: not a shell tool. No line: not where this tool has it. */
function shellCommandOf(
  name: string,
  input: ReturnType<typeof parseJsonObject>,
): { readonly line?: string } | undefined {
  const names = SHELL_ARGUMENTS.get(name);
  if (names === undefined) return undefined;
  const values = names.map((argument) => input?.[argument]).filter((value) => value !== undefined);
  const lines = values.map(commandLine);
  return lines.length === 0 || lines.includes(undefined) ? {} : { line: lines.join('\n') };
}

function commandLine(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  const words = asArray(value);
  const isArgv = words.length > 0 && words.every((word) => typeof word === 'string');
  return isArgv ? words.map(quoted).join(' ') : undefined;
}

function quoted(word: unknown): string {
  return `'${String(word).replaceAll("'", `'\\''`)}'`;
}

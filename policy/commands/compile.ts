import type { PolicyDocument } from '../document';
import { AigovError, AigovErrors } from '../error';
import { compileCustomRule } from './custom-rule';
import type { CommandRuleMode, CommandsDocument } from './document';
import type { CommandRule } from './rule';
import { BUILT_IN_RULES } from './rules';

/** Layer name of rules no layer wrote. */
export const BUILT_IN_LAYER = 'built-in';

/** A rule in force. */
export interface ActiveRule {
  readonly rule: CommandRule;
  readonly mode: 'enforce' | 'monitor';
  readonly layer: string;
}

/** The command rules of all layers, by program. Opaque to others. */
export interface CompiledCommands {
  readonly byProgram: ReadonlyMap<string, readonly ActiveRule[]>;
}

const STRICTNESS: readonly CommandRuleMode[] = ['off', 'monitor', 'enforce'];

/** What one layer says of a built-in rule. */
function statement({ disable, mode }: CommandsDocument, id: string): CommandRuleMode | undefined {
  if (disable?.includes(id)) return 'off';
  return mode && Object.hasOwn(mode, id) ? mode[id] : mode?.['*'];
}

/** The strictest word of all layers; a rule nobody speaks of keeps its own mode. */
function effectiveMode(sections: readonly CommandsDocument[], rule: CommandRule): CommandRuleMode {
  const statements = sections.flatMap((section) => statement(section, rule.id) ?? []);
  if (statements.length === 0) return rule.mode;
  return STRICTNESS[Math.max(...statements.map((mode) => STRICTNESS.indexOf(mode)))] ?? 'enforce';
}

function unknownIds(layer: PolicyDocument, section: CommandsDocument): readonly AigovError[] {
  const known = new Set(['*', ...BUILT_IN_RULES.map(({ id }) => id)]);
  const named: readonly (readonly [string, string])[] = [
    ...(section.disable ?? []).map((id, at) => [id, `commands.disable[${at}]`] as const),
    ...Object.keys(section.mode ?? {}).map((id) => [id, `commands.mode["${id}"]`] as const),
  ];
  return named
    .filter(([id]) => !known.has(id))
    .map(
      ([id, place]) =>
        new AigovError(
          'POLICY_COMMAND_RULE_UNKNOWN',
          `${place} of layer "${layer.name}" is "${id}"; built-in rules are ${[...known].slice(1).join(', ')}`,
          { remedy: 'Name a built-in command rule.', at: place },
        ),
    );
}

/**
 * Compiles the command rules of all layers, top first.
 * @throws AigovErrors for unknown rule ids and for rules whose own examples fail
 */
export function compileCommands(layers: readonly PolicyDocument[]): CompiledCommands {
  const faults: AigovError[] = [];
  const rules: ActiveRule[] = [];
  const sections: CommandsDocument[] = layers.flatMap(({ commands }) => commands ?? []);
  for (const layer of layers) {
    faults.push(...unknownIds(layer, layer.commands ?? {}));
    (layer.commands?.deny ?? []).forEach((document, at) => {
      const compiled = compileCustomRule(document, `commands.deny[${at}] of layer "${layer.name}"`);
      faults.push(...compiled.faults);
      if (compiled.rule) rules.push({ rule: compiled.rule, mode: 'enforce', layer: layer.name });
    });
  }
  if (faults.length > 0) throw new AigovErrors(faults);
  for (const rule of BUILT_IN_RULES) {
    const mode = effectiveMode(sections, rule);
    if (mode !== 'off') rules.push({ rule, mode, layer: BUILT_IN_LAYER });
  }
  return { byProgram: index(rules) };
}

function index(rules: readonly ActiveRule[]): ReadonlyMap<string, readonly ActiveRule[]> {
  const byProgram = new Map<string, ActiveRule[]>();
  for (const active of rules) {
    for (const program of active.rule.programs) {
      byProgram.set(program, [...(byProgram.get(program) ?? []), active]);
    }
  }
  return byProgram;
}

import { otherSections, type PolicyDocument } from '../policy';
import { quoteToml, type RenderedClientPolicy } from './rendered-policy';

function prefixRule({
  id,
  argv,
  reason,
}: {
  id: string;
  argv: readonly string[];
  reason?: string;
}): string {
  const pattern = argv.map((token) => `{ token = ${quoteToml(token)} }`).join(', ');
  const why = quoteToml(reason ?? `refused by policy rule ${id}`);
  return `  { pattern = [${pattern}], decision = "forbidden", justification = ${why} },`;
}

/**
 * Requirements of Codex (0.169): forbidden command prefixes. Words in another order escape a prefix; the command guard
 * does not have that hole.
 */
export function renderCodexPolicy(document: PolicyDocument): RenderedClientPolicy {
  const { commands } = document;
  const rules = commands?.deny ?? [];
  const plain = rules.filter(({ argv }) => !argv.some((word) => word.includes('*')));
  const lost = rules
    .filter((rule) => !plain.includes(rule))
    .map(({ id }) => `commands.deny "${id}" (pattern)`);
  // an empty list is an error to Codex, and it does not start then
  const text =
    plain.length === 0
      ? '# no command is forbidden\n'
      : `[rules]\nprefix_rules = [\n${plain.map(prefixRule).join('\n')}\n]\n`;
  return {
    path: '/etc/codex/requirements.toml',
    text,
    lost: [
      ...lost,
      ...(commands?.mode || commands?.disable ? ['commands.mode'] : []),
      ...otherSections(document, ['commands']),
    ],
  };
}

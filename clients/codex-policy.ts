import { otherSections, type PolicyDocument } from '../policy';
import type { RenderedClientPolicy } from './rendered-policy';

/** JSON texts are TOML basic strings, but for escapes TOML has not: none of them occurs after this. */
const quote = (text: string) => JSON.stringify(text).replaceAll('\u007f', '\\u007F');

function prefixRule({
  id,
  argv,
  reason,
}: {
  id: string;
  argv: readonly string[];
  reason?: string;
}): string {
  const pattern = argv.map((token) => `{ token = ${quote(token)} }`).join(', ');
  const why = quote(reason ?? `refused by policy rule ${id}`);
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
  const lines =
    plain.length === 0
      ? ['prefix_rules = []']
      : ['prefix_rules = [', ...plain.map(prefixRule), ']'];
  return {
    path: '/etc/codex/requirements.toml',
    text: `[rules]\n${lines.join('\n')}\n`,
    lost: [
      ...lost,
      ...(commands?.mode || commands?.disable ? ['commands.mode'] : []),
      ...otherSections(document, ['commands']),
    ],
  };
}

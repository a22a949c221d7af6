import { AigovError } from '../../provider/plugin';

/** One `coder_env`. */
export interface EnvEntry {
  readonly address: string;
  readonly name: string;
  readonly value: string;
  /** @default replace */
  readonly mergeStrategy?: string;
}

/**
 * Merges the `coder_env`s of one agent in order of their Terraform address, as the Coder server does since 2026-03
 * (coder/coder#21885): the last one replaces, appends or prepends with a colon, or fails the build.
 */
export function mergeEnv(entries: readonly EnvEntry[]): Record<string, string> {
  const merged = new Map<string, string>();
  for (const entry of [...entries].sort((a, b) => (a.address < b.address ? -1 : 1))) {
    merged.set(entry.name, mergeOne(merged.get(entry.name), entry));
  }
  return Object.fromEntries(merged);
}

function mergeOne(existing: string | undefined, entry: EnvEntry): string {
  const { address, mergeStrategy, name, value } = entry;
  if (existing === undefined) return value;
  if (mergeStrategy === 'append') return `${existing}:${value}`;
  if (mergeStrategy === 'prepend') return `${value}:${existing}`;
  if (mergeStrategy !== 'error') return value;
  throw new AigovError('TEMPLATE_ENV_CLASH', `${address} sets ${name}, which is set already`, {
    remedy: `Keep one coder_env for ${name}, or change its merge_strategy.`,
    at: address,
  });
}

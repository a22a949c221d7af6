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
 * (coder/coder#21885): the last one replaces, appends or prepends with a colon. `error` suffers no other of its name.
 */
export function mergeEnv(entries: readonly EnvEntry[]): Record<string, string> {
  const merged = new Map<string, string>();
  for (const entry of entries) refuseClash(entry, entries);
  for (const entry of [...entries].sort((a, b) => (a.address < b.address ? -1 : 1))) {
    merged.set(entry.name, mergeOne(merged.get(entry.name), entry));
  }
  return Object.fromEntries(merged);
}

function mergeOne(existing: string | undefined, { mergeStrategy, value }: EnvEntry): string {
  if (existing === undefined) return value;
  if (mergeStrategy === 'append') return `${existing}:${value}`;
  return mergeStrategy === 'prepend' ? `${value}:${existing}` : value;
}

function refuseClash(entry: EnvEntry, entries: readonly EnvEntry[]): void {
  const { address, mergeStrategy, name } = entry;
  if (mergeStrategy !== 'error') return;
  const other = entries.find((each) => each !== entry && each.name === name);
  if (other === undefined) return;
  throw new AigovError('TEMPLATE_ENV_CLASH', `${address} sets ${name}, as ${other.address} does`, {
    remedy: `Keep one coder_env for ${name}, or change its merge_strategy.`,
    at: address,
  });
}

import type { ContentFinding } from '../../policy';
import { Placeholders } from './placeholders';

/** A piece of a text and what stands in its place. Indices of UTF-16 code units. */
export interface Masked {
  readonly start: number;
  readonly end: number;
  readonly placeholder: string;
}

/** Places to be masked, overlapping ones joined under the name of the first. In order. */
export function masksOf(
  text: string,
  findings: readonly Pick<ContentFinding, 'rule' | 'start' | 'end'>[],
  placeholders: Placeholders,
): readonly Masked[] {
  const joined: { rule: string; start: number; end: number }[] = [];
  for (const { rule, start, end } of findings) {
    const before = joined.at(-1);
    if (before !== undefined && start < before.end) before.end = Math.max(before.end, end);
    else joined.push({ rule, start, end });
  }
  return joined.map(({ rule, start, end }) => ({
    start,
    end,
    placeholder: placeholders.of(rule, text.slice(start, end)),
  }));
}

/** The text with everything found replaced. */
export function maskText(
  text: string,
  findings: readonly ContentFinding[],
  placeholders = new Placeholders(),
): string {
  let masked = '';
  let from = 0;
  for (const { start, end, placeholder } of masksOf(text, findings, placeholders)) {
    masked += text.slice(from, start) + placeholder;
    from = end;
  }
  return masked + text.slice(from);
}

/** The most words one brace expansion may become before it counts as unknown. */
const MAX_ALTERNATIVES = 64;
/** Longer words are not looked through for braces: unclosed ones take time in the square of the length. */
const MAX_WORD_CHARS = 2048;
const SEQUENCE = /^(-?\d+|[A-Za-z])\.\.(-?\d+|[A-Za-z])(?:\.\.-?\d+)?$/;

/** Skips a quoted stretch or an escape; returns the position of the next plain character. */
function skipQuoted(text: string, at: number): number {
  const character = text[at];
  if (character === '\\') return at + 2;
  if (character !== "'" && character !== '"') return at;
  for (let end = at + 1; end < text.length; end += 1) {
    if (text[end] === '\\' && character === '"') end += 1;
    else if (text[end] === character) return end + 1;
  }
  return text.length;
}

interface Braces {
  readonly open: number;
  readonly close: number;
  readonly commas: readonly number[];
}

/** The group that opens at `open`, unless it is `${` or never closes. */
function groupAt(text: string, open: number): Braces | undefined {
  const commas: number[] = [];
  let depth = 0;
  for (let at = open; at < text.length;) {
    const next = skipQuoted(text, at);
    if (next !== at) {
      at = next;
      continue;
    }
    const character = text[at];
    if (character === '{' || character === '(') depth += 1;
    if (character === '}' || character === ')') depth -= 1;
    if (depth === 0) return { open, close: at, commas };
    if (character === ',' && depth === 1) commas.push(at);
    at += 1;
  }
  return undefined;
}

function alternatives(text: string, { open, close, commas }: Braces): readonly string[] {
  if (commas.length > 0) {
    const edges = [open, ...commas, close];
    return edges.slice(1).map((edge, index) => text.slice((edges[index] ?? open) + 1, edge));
  }
  return sequence(text.slice(open + 1, close));
}

function sequence(body: string): readonly string[] {
  const [, from = '', to = ''] = SEQUENCE.exec(body) ?? [];
  if (from === '') return [];
  const isNumber = /\d/.test(from) && /\d/.test(to);
  const code = (word: string) => (isNumber ? Number(word) : (word.codePointAt(0) ?? 0));
  const [low, high] = [Math.min(code(from), code(to)), Math.max(code(from), code(to))];
  if (high - low >= MAX_ALTERNATIVES) return [];
  return Array.from({ length: high - low + 1 }, (_, index) =>
    isNumber ? String(low + index) : String.fromCodePoint(low + index),
  );
}

function firstGroup(text: string): { group: Braces; words: readonly string[] } | undefined {
  for (let at = 0; at < text.length;) {
    const next = skipQuoted(text, at);
    const isOpen = next === at && text[at] === '{' && text[at - 1] !== '$';
    const group = isOpen ? groupAt(text, at) : undefined;
    const words = group ? alternatives(text, group) : [];
    if (group && words.length > 0) return { group, words };
    at = Math.max(next, at + 1);
  }
  return undefined;
}

/** Brace expansion of a raw shell word, quotes kept: `{a,b}c` → `ac`, `bc`. Undefined: too many. */
export function expandBraces(text: string): readonly string[] | undefined {
  if (text.length > MAX_WORD_CHARS) return undefined;
  let pending: readonly string[] = [text];
  for (let round = 0; round < 8; round += 1) {
    const found = pending.map((word) => ({ word, first: firstGroup(word) }));
    if (found.every(({ first }) => first === undefined)) return pending;
    pending = found.flatMap(({ word, first }) => {
      if (first === undefined) return [word];
      const { group, words } = first;
      return words.map(
        (middle) => word.slice(0, group.open) + middle + word.slice(group.close + 1),
      );
    });
    if (pending.length > MAX_ALTERNATIVES) return undefined;
  }
  return undefined;
}

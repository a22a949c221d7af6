/** Where a value stands in a JSON text: from its first character to after its last. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** One member of an object, as it stands in the text. */
export interface MemberSpan extends Span {
  /** Unescaped. `start` and `end` are its value's. */
  readonly key: string;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Members of the object whose brace stands at `at`, repeated ones repeated. Like all here it reads text that
 * `JSON.parse` has accepted: what is changed in a message is cut out of its text, so that the rest stays byte for byte.
 */
export function membersAt(text: string, at: number): readonly MemberSpan[] {
  const members: MemberSpan[] = [];
  for (let next = skipSpace(text, at + 1); text[next] === '"';) {
    const keyEnd = stringEnd(text, next);
    const key = JSON.parse(text.slice(next, keyEnd)) as string;
    const start = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const end = valueEnd(text, start);
    members.push({ key, start, end });
    next = skipComma(text, end);
  }
  return members;
}

/** Elements of the array whose bracket stands at `at`. */
export function elementsAt(text: string, at: number): readonly Span[] {
  const elements: Span[] = [];
  for (let start = skipSpace(text, at + 1); text[start] !== ']';) {
    const end = valueEnd(text, start);
    elements.push({ start, end });
    start = skipComma(text, end);
  }
  return elements;
}

/** The value a path of keys leads to. Undefined when a step is missing or no object. Of repeated keys the last counts. */
export function spanAt(text: string, path: readonly string[]): Span | undefined {
  let span: Span = { start: skipSpace(text, 0), end: text.length };
  for (const key of path) {
    if (text[span.start] !== '{') return undefined;
    const found = membersAt(text, span.start).findLast((member) => member.key === key);
    if (found === undefined) return undefined;
    span = found;
  }
  return span;
}

/** The text with something else at a span. */
export function replaceSpan(text: string, { start, end }: Span, replacement: string): string {
  return text.slice(0, start) + replacement + text.slice(end);
}

function valueEnd(text: string, at: number): number {
  const first = text[at];
  if (first === '"') return stringEnd(text, at);
  if (first === '{' || first === '[') return containerEnd(text, at);
  let end = at;
  while (end < text.length && !',]} \t\r\n'.includes(text[end] ?? '')) end += 1;
  return end;
}

/** Index after the string whose quote stands at `at`. */
function stringEnd(text: string, at: number): number {
  for (let end = text.indexOf('"', at + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return end + 1;
  }
  return text.length;
}

function containerEnd(text: string, at: number): number {
  let depth = 0;
  for (let i = at; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = stringEnd(text, i) - 1;
    else if (code === 0x7b || code === 0x5b) depth += 1;
    else if (code === 0x7d || code === 0x5d) {
      depth -= 1;
      if (depth === 0) return i + 1;
    }
  }
  return text.length;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && ' \t\r\n'.includes(text[at] ?? '')) at += 1;
  return at;
}

function skipComma(text: string, from: number): number {
  const at = skipSpace(text, from);
  return text[at] === ',' ? skipSpace(text, at + 1) : at;
}

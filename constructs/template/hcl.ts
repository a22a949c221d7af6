import { parseTemplate, type Piece } from './template-string';

/** A value as Terraform's JSON syntax has it: strings are templates. */
export type Value =
  string | number | boolean | null | readonly Value[] | { readonly [name: string]: Value };

/** Source code of an expression, printed as it is. */
export class Source {
  constructor(readonly code: string) {}
}

export interface Attribute {
  readonly name: string;
  readonly value: Value | Source;
}

/** A block of the configuration language. Parts are printed in this order, with an empty line between groups. */
export interface Block {
  readonly type: string;
  readonly labels: readonly string[];
  /** `count`, `for_each`, `provider`: first, apart from the rest. */
  readonly head?: readonly Attribute[];
  readonly attributes: readonly Attribute[];
  readonly blocks: readonly Block[];
  /** `depends_on`: last. */
  readonly tail?: readonly Attribute[];
}

/** Prints blocks as `terraform fmt` would. Source code inside `${…}` is kept as written. */
export function printBlocks(blocks: readonly Block[]): string {
  return `${blocks.map((block) => printBlock(block)).join('\n\n')}\n`;
}

function printBlock(block: Block): string {
  const labels = block.labels.map((label) => ` ${quoted(label)}`).join('');
  const groups = [
    printAttributes(block.head ?? []),
    printAttributes(block.attributes),
    ...block.blocks.map((inner) => printBlock(inner)),
    printAttributes(block.tail ?? []),
  ].filter((group) => group !== '');
  if (groups.length === 0) return `${block.type}${labels} {}`;
  return `${block.type}${labels} {\n${indented(groups.join('\n\n'))}\n}`;
}

function printAttributes(attributes: readonly Attribute[]): string {
  return printEntries(attributes.map(({ name, value }) => [name, printValue(value)]));
}

/** `name = value` lines; neighbours that fit on one line each have their `=` in one column. */
function printEntries(entries: readonly (readonly [string, string])[]): string {
  const lines: string[] = [];
  for (let at = 0; at < entries.length;) {
    const length = entries.slice(at).findIndex(([, text]) => text.includes('\n'));
    const run = entries.slice(at, length === -1 ? undefined : at + length);
    const width = Math.max(0, ...run.map(([name]) => columns(name)));
    for (const [name, text] of run) {
      lines.push(`${name}${' '.repeat(width - columns(name))} = ${text}`);
    }
    at += run.length;
    const multiline = entries[at];
    if (multiline) lines.push(`${multiline[0]} = ${multiline[1]}`);
    at += 1;
  }
  return lines.join('\n');
}

/** Columns as the formatter counts them: grapheme clusters. */
function columns(text: string): number {
  // nearly always; the segmenter costs more than the rest of the printing
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  return [...new Intl.Segmenter().segment(text)].length;
}

function printValue(value: Value | Source): string {
  if (value instanceof Source) return value.code;
  if (typeof value === 'string') return printTemplate(value);
  if (value === null || typeof value !== 'object') return String(value);
  return Array.isArray(value) ? printList(value) : printObject(value as Record<string, Value>);
}

function printList(items: readonly Value[]): string {
  const printed = items.map((item) => printValue(item));
  const oneLine = `[${printed.join(', ')}]`;
  if (!oneLine.includes('\n') && oneLine.length <= 80) return oneLine;
  return `[\n${printed.map((item) => `${indented(item)},\n`).join('')}]`;
}

function printObject(object: Record<string, Value>): string {
  const entries = Object.entries(object);
  if (entries.length === 0) return '{}';
  const named = entries.map(([name, value]) => [objectKey(name), printValue(value)] as const);
  return `{\n${indented(printEntries(named))}\n}`;
}

/** A bare word stands for itself, also `for` or `null`; anything else is quoted. */
function objectKey(name: string): string {
  return /^[A-Za-z_][\w-]*$/.test(name) && name !== 'for' ? name : printTemplate(name);
}

function printTemplate(template: string): string {
  const pieces = parseTemplate(template);
  const [first] = pieces;
  if (pieces.length === 1 && first?.kind === 'expression') return first.source.trim();
  return `"${pieces.map((piece) => printPiece(piece)).join('')}"`;
}

function printPiece(piece: Piece): string {
  if (piece.kind === 'text') return escaped(piece.text);
  return `${piece.kind === 'expression' ? '$' : '%'}{${piece.source}}`;
}

function quoted(text: string): string {
  return `"${escaped(text)}"`;
}

const NAMED_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** A literal as the inside of a quoted string. Of `$$${` only the last `$` may be doubled, so the others are escaped. */
function escaped(text: string): string {
  return text
    .replaceAll(/["\\\n\r\t]/g, (char) => NAMED_ESCAPES[char] ?? char)
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|[$%](?=[$%]+\{)/gu, unicodeEscape)
    .replaceAll(/([$%])\{/g, '$1$1{');
}

function unicodeEscape(char: string): string {
  const code = (char.codePointAt(0) ?? 0).toString(16);
  return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`;
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ');
}

/** One piece of a Terraform string template: text as it will be, or source code of an expression or directive. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'expression'; readonly source: string }
  | { readonly kind: 'directive'; readonly source: string };

/** A reference cdktf will resolve later, as it appears inside strings. */
const UNRESOLVED = /(\$\{TfToken\[[\w:.-]+\]\})/;

/**
 * Makes Terraform take a string literally: `${` and `%{` lose their meaning. References of cdktf inside it keep
 * theirs. Every string a person may write goes through here before it reaches a resource.
 *
 * A `$` right before a reference is written as an expression of its own, or the two would read as an escape.
 */
export function literal(text: string): string {
  return text
    .split(UNRESOLVED)
    .map((part, index, parts) => {
      if (index % 2 === 1) return part;
      const escaped = part.replaceAll(/([$%])\{/g, '$1$1{');
      return index < parts.length - 1 ? escaped.replace(/\$$/, '${"$$"}') : escaped;
    })
    .join('');
}

/** Splits a string as Terraform's JSON syntax reads it: `${…}`, `%{…}` and their doubled, literal forms. */
export function parseTemplate(template: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let text = '';
  let at = 0;
  while (at < template.length) {
    const escaped = /^([$%])\1\{/.exec(template.slice(at, at + 3));
    if (escaped) {
      text += `${escaped[1]}{`;
      at += 3;
    } else if (/^[$%]\{/.test(template.slice(at, at + 2))) {
      const end = endOfSequence(template, at + 2);
      if (text !== '') pieces.push({ kind: 'text', text });
      text = '';
      const kind = template[at] === '$' ? 'expression' : 'directive';
      pieces.push({ kind, source: template.slice(at + 2, end) });
      at = end + 1;
    } else {
      text += template[at];
      at += 1;
    }
  }
  return text === '' ? pieces : [...pieces, { kind: 'text', text }];
}

/** Index of the brace that closes a sequence whose inside begins at `start`. Quoted strings inside nest further. */
function endOfSequence(template: string, start: number): number {
  let depth = 0;
  for (let at = start; at < template.length; at += 1) {
    const char = template[at];
    if (char === '"') at = endOfQuoted(template, at + 1);
    else if (char === '{') depth += 1;
    else if (char === '}' && depth === 0) return at;
    else if (char === '}') depth -= 1;
  }
  return template.length;
}

/** Index of the quote that ends a string inside an expression; the string may hold sequences of its own. */
function endOfQuoted(template: string, start: number): number {
  for (let at = start; at < template.length; at += 1) {
    const char = template[at];
    if (char === '\\') at += 1;
    else if (char === '"') return at;
    else if (/^([$%])\1\{/.test(template.slice(at, at + 3))) at += 2;
    else if (/^[$%]\{/.test(template.slice(at, at + 2))) at = endOfSequence(template, at + 2);
  }
  return template.length;
}

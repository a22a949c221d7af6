/** Longer texts are cut: a statement that destroys is short. */
const MAX_CHARS = 200_000;

/** Position after a quoted stretch or a comment that begins at `at`; `at` itself when none does. */
function skip(text: string, at: number): number {
  const two = text.slice(at, at + 2);
  const end = (close: string, from: number) => {
    const found = text.indexOf(close, from);
    return found < 0 ? text.length : found + close.length;
  };
  if (two === '--' || text[at] === '#') return end('\n', at);
  if (two === '/*') return text[at + 2] === '!' ? at : end('*/', at + 2);
  if (text[at] === "'") return end("'", at + 1);
  const tag = text[at] === '$' ? /^\$\w*\$/.exec(text.slice(at, at + 64))?.[0] : undefined;
  return tag === undefined ? at : end(tag, at + tag.length);
}

/** The words of each statement, upper case, without comments and string contents. */
function sqlStatements(text: string): readonly (readonly string[])[] {
  const source = text.slice(0, MAX_CHARS);
  let plain = '';
  for (let at = 0; at < source.length;) {
    const next = skip(source, at);
    plain += next === at ? source[at] : ' ? ';
    at = Math.max(next, at + 1);
  }
  return plain
    .replace(/^\s*\\c\w*\s.*$|\\g\w*/gm, ';')
    .split(';')
    .map((statement) => statement.toUpperCase().match(/[A-Z_][\w.$]*|\?|"[^"]*"|`[^`]*`/g) ?? [])
    .filter((words) => words.length > 0);
}

/** `EXPLAIN` only looks; `BEGIN`, `/*!40000` and the like stand before the word that counts. */
function verb(words: readonly string[]): readonly string[] {
  const first = words.findIndex(
    (word) => !/^(BEGIN|START|TRANSACTION|SET|IF|EXISTS|\?)$/.test(word),
  );
  return words[0] === 'SET' ? [] : words.slice(Math.max(first, 0));
}

/** Whether a text drops or truncates anything but a temporary table. */
export function dropsData(text: string): boolean {
  return sqlStatements(text).some((words) => {
    const [first, second] = verb(words);
    if (first === 'TRUNCATE') return second !== undefined;
    return first === 'DROP' && second !== undefined && !/^(TEMPORARY|TEMP|PREPARE)$/.test(second);
  });
}

/** Whether a text deletes or changes all rows of a table. */
export function changesAllRows(text: string): boolean {
  return sqlStatements(text).some((words) => {
    const [first, second] = verb(words);
    const isDelete = first === 'DELETE' && second === 'FROM';
    const isUpdate = first === 'UPDATE' && words.includes('SET');
    return (isDelete || isUpdate) && !words.includes('WHERE') && !words.includes('LIMIT');
  });
}

/** Ends every line we put into a person's file, so that it is found again. */
const MARK = '# aigov';

/** Begins a line of theirs that ours replaces; taken off again before the next merge. */
const REPLACED = '# replaced by aigov: ';

/** Lines of one table; the lines before the first header belong to the nameless one. */
interface Table {
  readonly name: string;
  readonly header?: string;
  readonly lines: readonly string[];
}

/**
 * Puts settings into a TOML file: into the table of the same name where there is one, else into a new one at the end.
 * A line of theirs that sets the same key is kept as a comment. `ours` has one `key = value` a line, no more.
 */
export function mergeToml(theirs: string, ours: string): string {
  const wanted = tablesOf(ours);
  const present = tablesOf(restored(theirs));
  const names = new Set(present.map((table) => table.name));
  const merged = present.map((table) => {
    const addition = wanted.find(({ name }) => name === table.name);
    return addition === undefined ? table : joined(table, addition);
  });
  const added = wanted
    .filter((table) => !names.has(table.name))
    .map((table) =>
      joined({ name: table.name, header: `${table.header ?? ''} ${MARK}`, lines: [] }, table),
    );
  const text = merged.map(printed).join('\n').trim();
  return `${[text, ...added.map(printed)].join('\n').trim()}\n`;
}

/** The person's own text, as it was before we came. */
function restored(text: string): string {
  return text
    .split('\n')
    .filter((line) => !line.endsWith(MARK))
    .map((line) => (line.startsWith(REPLACED) ? line.slice(REPLACED.length) : line))
    .join('\n');
}

/** A table's header, or that of a list of tables, which is never one of ours. */
const HEADER = /^\s*\[(\[.*\]|[^[].*?)\]/;

function tablesOf(text: string): readonly Table[] {
  const tables: { name: string; header?: string; lines: string[] }[] = [{ name: '', lines: [] }];
  for (const line of text.split('\n')) {
    const name = HEADER.exec(line)?.[1]?.trim();
    if (name === undefined) tables.at(-1)?.lines.push(line);
    else tables.push({ name, header: line, lines: [] });
  }
  return tables;
}

function joined(theirs: Table, ours: Table): Table {
  const settings = ours.lines.filter((line) => line.trim() !== '');
  const keys = new Set(settings.map(keyOf));
  const kept = theirs.lines.map((line) => (keys.has(keyOf(line)) ? `${REPLACED}${line}` : line));
  return { ...theirs, lines: [...settings.map((line) => `${line} ${MARK}`), ...kept] };
}

function keyOf(line: string): string | undefined {
  return /^\s*([\w.-]+)\s*=/.exec(line)?.[1];
}

function printed({ header, lines }: Table): string {
  return [...(header === undefined ? [] : [header]), ...lines].join('\n');
}

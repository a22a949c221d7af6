/**
 * PostgreSQL's text has no character 0, which a stranger's text may have. It is written as U+E000 (private use, found
 * in no ordinary text) and `0`; U+E000 itself as U+E000 and `1`. Everything else stays as it is and can be searched.
 */
const ESCAPE = '\uE000';

export function toColumn(text: string): string {
  if (!text.includes('\0') && !text.includes(ESCAPE)) return text;
  return text.replaceAll(ESCAPE, `${ESCAPE}1`).replaceAll('\0', `${ESCAPE}0`);
}

export function fromColumn(column: string): string {
  return column.includes(ESCAPE)
    ? column.replaceAll(`${ESCAPE}0`, '\0').replaceAll(`${ESCAPE}1`, ESCAPE)
    : column;
}

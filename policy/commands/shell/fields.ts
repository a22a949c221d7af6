import { UNKNOWN, type Argument } from '../argument';
import { hasGlob } from '../glob';

interface OpenField {
  text: string;
  isLiteral: boolean;
  content?: string;
}

/** A word nothing is known about. */
export const UNKNOWN_WORD: Argument = { text: UNKNOWN, isLiteral: true };

/** Longer words, put together from variables, count as unknown. */
const MAX_FIELD_CHARS = 512 * 1024;

/** Collects the fields one shell word becomes: quoted text joins, unquoted expansions split at blanks. */
export class Fields {
  private readonly done: Argument[] = [];
  private open: OpenField | undefined;

  /** Text that stays in the field; `isActive` when its glob characters are meant. */
  add(text: string, isActive = false): void {
    this.open ??= { text: '', isLiteral: true };
    if (this.open.text.length + text.length > MAX_FIELD_CHARS) {
      this.open = { ...UNKNOWN_WORD };
      return;
    }
    this.open.text += text;
    if (isActive) this.open.isLiteral = false;
  }

  /** `<(…)`: a path nobody knows, of a file whose content may be known. */
  addFile(content: string | undefined): void {
    this.add(UNKNOWN);
    if (content !== undefined && this.open?.text === UNKNOWN) this.open.content = content;
  }

  /** The value of an unquoted expansion. */
  addSplit(value: string): void {
    const parts = value.split(/[ \t\n]+/);
    parts.forEach((part, index) => {
      if (index > 0) this.close();
      if (part !== '') this.add(part, hasGlob(part));
    });
  }

  /** `"$@"`: each value a field of its own. */
  addEach(values: readonly string[]): void {
    values.forEach((value, index) => {
      if (index > 0) this.close();
      this.add(value);
    });
  }

  private close(): void {
    if (this.open) this.done.push(this.open);
    this.open = undefined;
  }

  finish(): readonly Argument[] {
    this.close();
    return this.done;
  }
}

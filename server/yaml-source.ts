import { LineCounter, parseDocument, isNode, type Document } from 'yaml';
import { AigovError } from '../policy';

/** A YAML (or JSON) text that can say where each of its values stands. */
export interface YamlSource {
  readonly value: unknown;
  /** `file:line:column` of the value at a path, or of the nearest one above it that exists. */
  placeOf(path: readonly PropertyKey[]): string;
}

/** Parses one document. Syntax faults are returned, all of them. */
export function parseYaml(text: string, file: string): YamlSource | readonly AigovError[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  if (document.errors.length > 0)
    return document.errors.map((error) => syntaxFault(at(error.pos[0]), error.message));
  return {
    value: document.toJS() as unknown,
    placeOf: (path) => at(offsetOf(document, path)),
  };
}

function syntaxFault(at: string, message: string): AigovError {
  return new AigovError('YAML_INVALID', `${at}: ${message}`, {
    at,
    remedy: 'Correct the YAML at this place.',
  });
}

function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

import { hash } from 'node:crypto';
import type { NewRecord } from '../../audit';
import { contentHandling, type ContentDocument, type ContentKind } from '../../policy';

/** Content of a record as far as policy lets it be kept. */
export interface KeptContent {
  /** Texts to store, by name. */
  readonly content?: NonNullable<NewRecord['content']>;
  /** SHA-256, hex, of texts that may be recognised again but not kept. */
  readonly hashes?: Readonly<Record<string, string>>;
}

/** Applies `content` of the policy: `store`, `hash` or `off`. Pure. */
export function keepContent(
  rules: ContentDocument | undefined,
  texts: Readonly<Record<string, string>>,
): KeptContent {
  const content: Record<string, string> = {};
  const hashes: Record<string, string> = {};
  for (const [name, text] of Object.entries(texts)) {
    const handling = contentHandling(rules, kindOf(name));
    if (handling === 'store') content[name] = text;
    if (handling === 'hash') hashes[name] = hash('sha256', text);
  }
  return {
    ...(Object.keys(content).length === 0 ? {} : { content }),
    ...(Object.keys(hashes).length === 0 ? {} : { hashes }),
  };
}

function kindOf(name: string): ContentKind {
  if (name === 'prompt') return 'prompts';
  if (name === 'output') return 'outputs';
  if (name === 'reasoning' || name === 'systemPrompt') return name;
  const isResult = name === 'result' || name.startsWith('toolResult.');
  return isResult ? 'toolResults' : 'toolArguments';
}

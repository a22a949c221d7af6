import { hash } from 'node:crypto';
import type { NewRecord } from '../../audit';
import {
  contentHandling,
  type CompiledPolicy,
  type ContentDocument,
  type ContentFinder,
  type ContentKind,
} from '../../policy';
import { maskText } from './mask-text';

/** Content of a record as far as policy lets it be kept. */
export interface KeptContent {
  /** Texts to store, by name. */
  readonly content?: NonNullable<NewRecord['content']>;
  /** SHA-256, hex, of texts that may be recognised again but not kept. */
  readonly hashes?: Readonly<Record<string, string>>;
}

/** What of texts may be kept. */
export interface ContentRules {
  readonly handling: ContentDocument | undefined;
  /** Finds what is taken out of every text before it is stored or hashed. */
  readonly redacted: ContentFinder | undefined;
}

export function contentRulesOf({ effective, content }: CompiledPolicy): ContentRules {
  return { handling: effective.content, redacted: content.stored };
}

/** Applies `content` of the policy: `store`, `hash` or `off`, and what is never stored. Pure. */
export function keepContent(
  { handling, redacted }: ContentRules,
  texts: Readonly<Record<string, string>>,
): KeptContent {
  const content: Record<string, string> = {};
  const hashes: Record<string, string> = {};
  for (const [name, raw] of Object.entries(texts)) {
    const kept = contentHandling(handling, kindOf(name));
    if (kept === 'off') continue;
    const text = redacted === undefined ? raw : maskText(raw, redacted.find(raw));
    if (kept === 'store') content[name] = text;
    else hashes[name] = hash('sha256', text);
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

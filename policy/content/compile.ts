import type { ContentAction, OutboundDocument, PolicyDocument, Redaction } from '../document';
import { REDACTIONS } from '../document';
import { AigovError } from '../error';
import type { Detector, DetectorSets } from './detector';
import { PatternFault, parsePattern, type Pattern } from './pattern';
import { CREDIT_CARD, EMAIL, IBAN, IP_ADDRESS, PHONE } from './personal';
import { MAX_STEPS } from './program';
import { createSearch, EmptyPattern, type Search } from './search';
import { SECRETS } from './secrets';

const DETECTORS: DetectorSets = {
  secrets: SECRETS.map((secret) => ({ ...secret, id: `secrets/${secret.id}` })),
  email: EMAIL,
  phone: PHONE,
  creditCard: CREDIT_CARD,
  iban: IBAN,
  ipAddress: IP_ADDRESS,
};

/** Something found in a text. Indices of UTF-16 code units; what was found is not said. */
export interface ContentFinding {
  /** Id of a detector or of a policy's own pattern. */
  readonly rule: string;
  readonly action: ContentAction;
  /** The layer that asked for it. */
  readonly layer: string;
  readonly start: number;
  readonly end: number;
}

/** Looks through texts for what policy names. */
export interface ContentFinder {
  /** In order; where two overlap both are told. Linear in the text's length. */
  find(text: string): readonly ContentFinding[];
}

/** What policy says about content, made ready for deciding. */
export interface CompiledContent {
  /** For what goes to a model. Absent: nothing is looked for. */
  readonly outbound?: ContentFinder;
  /** For what is stored: everything of `redact`, and all that `outbound` names, so that no record holds what was found. */
  readonly stored?: ContentFinder;
}

interface Rule extends Detector {
  readonly action: ContentAction;
  readonly layer: string;
}

const SEVERITY: readonly ContentAction[] = ['record', 'mask', 'block'];

/** Compiles the content rules of checked layers, top first. */
export function compileContent(layers: readonly PolicyDocument[]): CompiledContent {
  const outbound = layers.flatMap((layer) => rulesOf(layer.content?.outbound, layer.name));
  const redact = layers.flatMap(({ name, content }) =>
    (content?.redact ?? []).flatMap((kind) => detectorRules(kind, 'mask', name)),
  );
  const toFind = strictest(outbound);
  const toStore = strictest([...redact, ...outbound]);
  return {
    ...(toFind.length === 0 ? {} : { outbound: finderOf(toFind) }),
    ...(toStore.length === 0 ? {} : { stored: finderOf(toStore) }),
  };
}

function rulesOf(
  { find = {}, patterns = [] }: OutboundDocument = {},
  layer: string,
): readonly Rule[] {
  const detected = REDACTIONS.flatMap((kind) => {
    const action = find[kind];
    return action === undefined ? [] : detectorRules(kind, action, layer);
  });
  return [...detected, ...patterns.map((pattern) => ({ ...pattern, layer }))];
}

function detectorRules(kind: Redaction, action: ContentAction, layer: string): readonly Rule[] {
  return DETECTORS[kind].map((detector) => ({ ...detector, action, layer }));
}

/** Of rules that look for the same, the first of the strictest. */
function strictest(rules: readonly Rule[]): readonly Rule[] {
  const byPattern = new Map<string, Rule>();
  for (const rule of rules) {
    const key = `${rule.id}\n${rule.pattern}`;
    const known = byPattern.get(key);
    const isStricter =
      known === undefined || SEVERITY.indexOf(rule.action) > SEVERITY.indexOf(known.action);
    if (isStricter) byPattern.set(key, rule);
  }
  return [...byPattern.values()];
}

/** The search is made for the first text: it costs milliseconds, and most compiled policies never see a text. */
function finderOf(rules: readonly Rule[]): ContentFinder {
  let search: Search | undefined;
  return { find: (text) => findingsOf(rules, (search ??= searchFor(rules)), text) };
}

function searchFor(rules: readonly Rule[]): Search {
  const search = createSearch(rules.map(({ pattern }) => parsePattern(pattern)));
  if (search === undefined) throw new Error('a checked pattern is too large');
  return search;
}

function findingsOf(
  rules: readonly Rule[],
  search: Search,
  text: string,
): readonly ContentFinding[] {
  return search.find(text).flatMap(({ rule: index, start, end }) => {
    const rule = rules[index];
    if (rule === undefined || rule.isReal?.(text.slice(start, end)) === false) return [];
    const { id, action, layer } = rule;
    return [{ rule: id, action, layer, start, end }];
  });
}

/** Patterns of one layer that cannot be searched for. */
export function contentFaults({ content }: PolicyDocument): readonly AigovError[] {
  return (content?.outbound?.patterns ?? []).flatMap(({ pattern }, i) => {
    const problem = problemOf(pattern);
    if (problem === undefined) return [];
    const at = `content.outbound.patterns[${i}].pattern`;
    return [
      new AigovError('POLICY_PATTERN_INVALID', `${at} is ${JSON.stringify(pattern)}: ${problem}`, {
        at,
        remedy: 'Write the pattern with what docs/content.md lists.',
      }),
    ];
  });
}

function problemOf(pattern: string): string | undefined {
  let parsed: Pattern;
  try {
    parsed = parsePattern(pattern);
    return createSearch([parsed]) === undefined ? `more than ${MAX_STEPS} steps` : undefined;
  } catch (error) {
    if (error instanceof PatternFault) return `at character ${error.at + 1}: ${error.message}`;
    if (error instanceof EmptyPattern)
      return 'it matches no text at all, so it would match everywhere';
    throw error;
  }
}

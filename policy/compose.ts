import type { CommandsDocument } from './commands';
import type {
  BudgetDocument,
  ContentDocument,
  FilesDocument,
  McpServersDocument,
  ModelsDocument,
  OutboundDocument,
  PolicyDocument,
  RateLimitDocument,
  RetentionDocument,
  ToolsDocument,
} from './document';
import { CONTENT_KINDS, LEVELS, REDACTIONS, RETENTION_KINDS } from './document';
import { composeNetwork } from './network/compose';
import { intersectPatterns } from './pattern';

/** Sections joined where both have them, else the one there is. */
function join<Section>(
  upper: Section | undefined,
  lower: Section | undefined,
  compose: (upper: Section, lower: Section) => Section,
): Section | undefined {
  if (upper === undefined || lower === undefined) return upper ?? lower;
  return compose(upper, lower);
}

const union = <Item>(upper: readonly Item[] = [], lower: readonly Item[] = []): readonly Item[] => [
  ...new Map([...upper, ...lower].map((item) => [JSON.stringify(item), item])).values(),
];

/** Leaves out what is undefined, so that absent stays absent. */
function present<Shape extends object>(shape: {
  [Key in keyof Shape]: Shape[Key] | undefined;
}): Shape {
  return Object.fromEntries(
    Object.entries(shape).filter(([, value]) => value !== undefined),
  ) as Shape;
}

const lowest = (upper: number, lower: number) => Math.min(upper, lower);
const firstOf =
  <Word>(order: readonly Word[]) =>
  (upper: Word, lower: Word): Word =>
    order[Math.min(order.indexOf(upper), order.indexOf(lower))] ?? upper;

interface PatternLists {
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
  readonly ceiling?: readonly string[];
}

function cutPatterns(patterns: readonly string[], ceiling: readonly string[]): readonly string[] {
  return union(
    patterns.flatMap((pattern) => ceiling.map((bound) => intersectPatterns(pattern, bound))),
  );
}

function composePatterns(upper: PatternLists, lower: PatternLists): PatternLists {
  const { ceiling } = upper;
  const cut = (patterns: readonly string[] | undefined) =>
    patterns && ceiling ? cutPatterns(patterns, ceiling) : patterns;
  return present<PatternLists>({
    allow: join(upper.allow, cut(lower.allow), union),
    deny: join(upper.deny, lower.deny, union),
    ceiling: cut(lower.ceiling) ?? ceiling,
  });
}

function composeModels(upper: ModelsDocument, lower: ModelsDocument): ModelsDocument {
  return present<ModelsDocument>({
    ...composePatterns(upper, lower),
    maxOutputTokens: join(upper.maxOutputTokens, lower.maxOutputTokens, lowest),
  });
}

type ServerTools = NonNullable<McpServersDocument['tools']>[string];

/** Both lists of a server's tools must hold, so allows are cut by each other. */
function composeServerTools(upper: ServerTools, lower: ServerTools): ServerTools {
  return present<ServerTools>({
    allow: join(upper.allow, lower.allow, cutPatterns),
    deny: join(upper.deny, lower.deny, union),
  });
}

function composeMcpServers(
  upper: McpServersDocument,
  lower: McpServersDocument,
): McpServersDocument {
  const names = union(Object.keys(upper.tools ?? {}), Object.keys(lower.tools ?? {}));
  const tools = Object.fromEntries(
    names.map((name) => [
      name,
      join(own(upper.tools, name), own(lower.tools, name), composeServerTools) ?? {},
    ]),
  );
  return present<McpServersDocument>({
    ...composePatterns(upper, lower),
    tools: names.length > 0 ? tools : undefined,
  });
}

function own<Value>(
  record: Readonly<Record<string, Value>> | undefined,
  key: string,
): Value | undefined {
  return record && Object.hasOwn(record, key) ? record[key] : undefined;
}

function composeFiles(upper: FilesDocument, lower: FilesDocument): FilesDocument {
  return present<FilesDocument>({
    writable: join(upper.writable, lower.writable, union),
    readOnly: join(upper.readOnly, lower.readOnly, union),
    hidden: join(upper.hidden, lower.hidden, union),
  });
}

function composeTools(upper: ToolsDocument, lower: ToolsDocument): ToolsDocument {
  return present<ToolsDocument>({
    deny: join(upper.deny, lower.deny, union),
    shell: join(upper.shell, lower.shell, firstOf(['guard', 'ignore'] as const)),
  });
}

type Mode = NonNullable<CommandsDocument['mode']>[string];
const strictestMode = firstOf<Mode>(['enforce', 'monitor', 'off']);

/** `disable` is a mode by another name. */
function modesOf({ disable = [], mode = {} }: CommandsDocument): Readonly<Record<string, Mode>> {
  return { ...mode, ...Object.fromEntries(disable.map((id) => [id, 'off' as const])) };
}

function composeModes(
  upper: Readonly<Record<string, Mode>>,
  lower: Readonly<Record<string, Mode>>,
) {
  const ids = union(Object.keys(upper), Object.keys(lower));
  const said = (modes: Readonly<Record<string, Mode>>, id: string) =>
    own(modes, id) ?? own(modes, '*');
  const joined = ids.flatMap((id) => {
    const mode = join(said(upper, id), said(lower, id), strictestMode);
    return mode ? [[id, mode] as const] : [];
  });
  return Object.fromEntries(joined);
}

function composeCommands(upper: CommandsDocument, lower: CommandsDocument): CommandsDocument {
  const mode = composeModes(modesOf(upper), modesOf(lower));
  return present<CommandsDocument>({
    deny: join(upper.deny, lower.deny, union),
    mode: Object.keys(mode).length > 0 ? mode : undefined,
  });
}

/** One entry a key, the strictest of both. */
function joinBy<Item>(
  upper: readonly Item[],
  lower: readonly Item[],
  keyOf: (item: Item) => string,
  compose: (upper: Item, lower: Item) => Item,
): readonly Item[] {
  const joined = new Map<string, Item>();
  for (const item of [...upper, ...lower]) {
    const known = joined.get(keyOf(item));
    joined.set(keyOf(item), known === undefined ? item : compose(known, item));
  }
  return [...joined.values()];
}

/** Budgets that block and budgets that warn are different limits on the same spend. */
const budgetKey = ({ scope, period = 'total', onExceed = 'block' }: BudgetDocument) =>
  `${scope} ${period} ${onExceed}`;

function composeBudgets(upper: readonly BudgetDocument[], lower: readonly BudgetDocument[]) {
  return joinBy(upper, lower, budgetKey, (one, other) =>
    other.limitUsd < one.limitUsd ? other : one,
  );
}

function composeRateLimits(
  upper: readonly RateLimitDocument[],
  lower: readonly RateLimitDocument[],
) {
  return joinBy(
    upper,
    lower,
    ({ scope }) => scope,
    (one, other) =>
      present<RateLimitDocument>({
        scope: one.scope,
        requestsPerMinute: join(one.requestsPerMinute, other.requestsPerMinute, lowest),
        tokensPerMinute: join(one.tokensPerMinute, other.tokensPerMinute, lowest),
        concurrent: join(one.concurrent, other.concurrent, lowest),
      }),
  );
}

function composeContent(upper: ContentDocument, lower: ContentDocument): ContentDocument {
  const strictest = firstOf(['off', 'hash', 'store'] as const);
  const kinds = CONTENT_KINDS.map(
    (kind) => [kind, join(upper[kind], lower[kind], strictest)] as const,
  );
  const redact = join(upper.redact, lower.redact, union);
  const outbound = join(upper.outbound, lower.outbound, composeOutbound);
  return present({ ...Object.fromEntries(kinds), redact, outbound }) as ContentDocument;
}

function composeOutbound(upper: OutboundDocument, lower: OutboundDocument): OutboundDocument {
  const strictest = firstOf(['block', 'mask', 'record'] as const);
  const find = join(upper.find, lower.find, (one, other) =>
    present(
      Object.fromEntries(
        REDACTIONS.map((kind) => [kind, join(one[kind], other[kind], strictest)] as const),
      ),
    ),
  );
  const patterns = join(upper.patterns, lower.patterns, union);
  return present({ find, patterns }) as OutboundDocument;
}

const HOURS: Readonly<Record<string, number>> = { h: 1, d: 24, w: 168 };

/** A retention such as `365d` in hours. */
export function retentionHours(text: string): number {
  return Number(text.slice(0, -1)) * (HOURS[text.slice(-1)] ?? 1);
}

function composeRetention(upper: RetentionDocument, lower: RetentionDocument): RetentionDocument {
  const shortest = (one: string, other: string) =>
    retentionHours(other) < retentionHours(one) ? other : one;
  return present(
    Object.fromEntries(
      RETENTION_KINDS.map((kind) => [kind, join(upper[kind], lower[kind], shortest)]),
    ),
  ) as RetentionDocument;
}

type AuditSection = NonNullable<PolicyDocument['audit']>;
type FirewallSection = NonNullable<PolicyDocument['firewall']>;

function composeAudit(upper: AuditSection, lower: AuditSection): AuditSection {
  const onFailure = join(upper.onFailure, lower.onFailure, firstOf(['block', 'allow'] as const));
  return present<AuditSection>({ onFailure });
}

function composeFirewall(upper: FirewallSection, lower: FirewallSection): FirewallSection {
  return present<FirewallSection>({
    minimumLevel: join(upper.minimumLevel, lower.minimumLevel, firstOf(LEVELS)),
    mode: join(upper.mode, lower.mode, firstOf(['enforce', 'monitor'] as const)),
    maxExceptionMinutes: join(upper.maxExceptionMinutes, lower.maxExceptionMinutes, lowest),
  });
}

/** The document that means what the two mean together, the first above the second. Associative. */
function composeTwo(upper: PolicyDocument, lower: PolicyDocument): PolicyDocument {
  return present<PolicyDocument>({
    apiVersion: 'aigov/v1',
    name: `${upper.name}+${lower.name}`,
    network: join(upper.network, lower.network, composeNetwork),
    commands: join(upper.commands, lower.commands, composeCommands),
    files: join(upper.files, lower.files, composeFiles),
    models: join(upper.models, lower.models, composeModels),
    tools: join(upper.tools, lower.tools, composeTools),
    mcpServers: join(upper.mcpServers, lower.mcpServers, composeMcpServers),
    budgets: join(upper.budgets, lower.budgets, composeBudgets),
    rateLimits: join(upper.rateLimits, lower.rateLimits, composeRateLimits),
    content: join(upper.content, lower.content, composeContent),
    retention: join(upper.retention, lower.retention, composeRetention),
    audit: join(upper.audit, lower.audit, composeAudit),
    firewall: join(upper.firewall, lower.firewall, composeFirewall),
  });
}

/**
 * The one document that means what the layers mean together, top first: grants united and each cut by every ceiling
 * above it, denies united, limits the lowest, content and retention the strictest, level and mode the strongest.
 * Its `name` joins the layers' names with `+`.
 */
export function composeLayers(layers: readonly PolicyDocument[]): PolicyDocument {
  const [first, ...rest] = layers;
  if (!first) return { apiVersion: 'aigov/v1', name: 'empty' };
  return rest.reduce(composeTwo, first);
}

import { matchesHost } from './match';
import type { NetworkRule } from './rule';
import type { Target } from './target';

interface Numbered<Rule> {
  readonly order: number;
  readonly rule: Rule;
}

/** Fields appear when they are needed: most nodes are leaves, and ten thousand empty maps cost more than the rules. */
interface Node<Rule> {
  labels?: Map<string, Node<Rule>>;
  star?: Node<Rule>;
  /** Patterns that end here and cover exactly this many labels. */
  exact?: Numbered<Rule>[];
  /** Patterns with a leading star that end here: one or more labels further. */
  open?: Numbered<Rule>[];
}

type Place = Pick<Target, 'host' | 'labels' | 'address'>;

/**
 * Rules by host: plain names and `*.name` in maps, other patterns in a trie of labels from the right, so that the cost
 * does not grow with the number of rules.
 */
export class RuleIndex<Rule extends Pick<NetworkRule, 'host'> = NetworkRule> {
  private readonly root: Node<Rule> = {};
  private readonly names = new Map<string, Numbered<Rule>[]>();
  private readonly everywhere: Numbered<Rule>[] = [];

  private readonly suffixes = new Map<number, Map<string, Numbered<Rule>[]>>();
  private readonly longestSuffix: number;
  private readonly isEmpty: boolean;

  constructor(rules: readonly Rule[]) {
    this.isEmpty = rules.length === 0;
    rules.forEach((rule, order) => this.add({ order, rule }));
    this.longestSuffix = Math.max(0, ...this.suffixes.keys());
  }

  private add(entry: Numbered<Rule>): void {
    const host = entry.rule.host ?? ['*'];
    if (host.length === 1 && host[0] === '*') {
      this.everywhere.push(entry);
      return;
    }
    if (!host.includes('*')) {
      push(this.names, host.join('.'), entry);
      return;
    }
    const isOpen = host[0] === '*';
    if (isOpen && !host.includes('*', 1)) {
      this.addSuffix(host.slice(1), entry);
      return;
    }
    let node = this.root;
    for (const label of host.slice(isOpen ? 1 : 0).toReversed()) node = childOf(node, label);
    if (isOpen) (node.open ??= []).push(entry);
    else (node.exact ??= []).push(entry);
  }

  private addSuffix(labels: readonly string[], entry: Numbered<Rule>): void {
    const known = this.suffixes.get(labels.length) ?? new Map<string, Numbered<Rule>[]>();
    this.suffixes.set(labels.length, known);
    push(known, labels.join('.'), entry);
  }

  /** Patterns like `*.b.c`, by the number of labels behind the star. */
  private scanSuffixes(search: Search<Rule>, host: string): void {
    let at = host.length;
    for (let labels = 1; at > 0 && labels <= this.longestSuffix; labels++) {
      at = host.lastIndexOf('.', at - 1);
      if (at < 0) return;
      const entries = this.suffixes.get(labels)?.get(host.slice(at + 1));
      if (entries) search.scan(entries);
    }
  }

  /** The first rule, in the order given, whose host matches and which `accepts`. */
  find(place: Place, accepts: (rule: Rule) => boolean): Rule | undefined {
    if (this.isEmpty) return undefined;
    const search = new Search(place, accepts);
    search.scan(this.everywhere);
    const named = this.names.get(place.host);
    if (named) search.scan(named);
    this.scanSuffixes(search, place.host);
    if (this.root.labels ?? this.root.star) search.walk(this.root);
    return search.best?.rule;
  }
}

function push<Rule>(
  entries: Map<string, Numbered<Rule>[]>,
  key: string,
  entry: Numbered<Rule>,
): void {
  const known = entries.get(key);
  if (known) known.push(entry);
  else entries.set(key, [entry]);
}

function childOf<Rule>(node: Node<Rule>, label: string): Node<Rule> {
  if (label === '*') return (node.star ??= {});
  node.labels ??= new Map();
  const known = node.labels.get(label);
  if (known) return known;
  const child: Node<Rule> = {};
  node.labels.set(label, child);
  return child;
}

/** One walk; remembers the earliest accepted rule. Made for each decision, hence without `#` members, which cost a brand each. */
class Search<Rule extends Pick<NetworkRule, 'host'>> {
  best: Numbered<Rule> | undefined;

  constructor(
    private readonly place: Place,
    private readonly accepts: (rule: Rule) => boolean,
  ) {}

  scan(entries: readonly Numbered<Rule>[]): void {
    for (const entry of entries) {
      if (this.best && entry.order >= this.best.order) return;
      if (this.isLawful(entry.rule) && this.accepts(entry.rule)) {
        this.best = entry;
        return;
      }
    }
  }

  /** In strict no star swallows a part of an address; few rules get here, so the plain comparison decides. */
  private isLawful(rule: Rule): boolean {
    return this.place.address === undefined || matchesHost(rule.host, this.place);
  }

  walk(root: Node<Rule>): void {
    const { labels } = this.place;
    this.visit(root, labels, labels.length);
  }

  private visit(node: Node<Rule>, labels: readonly string[], remaining: number): void {
    if (remaining === 0) {
      if (node.exact) this.scan(node.exact);
      return;
    }
    if (node.open) this.scan(node.open);
    const child = node.labels?.get(labels[remaining - 1] ?? '');
    if (child) this.visit(child, labels, remaining - 1);
    if (node.star) this.visit(node.star, labels, remaining - 1);
  }
}

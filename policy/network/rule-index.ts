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
 * Rules by host: plain names in a map, patterns in a trie of labels from the right, so that the cost does not grow with
 * the number of rules.
 */
export class RuleIndex<Rule extends Pick<NetworkRule, 'host'> = NetworkRule> {
  readonly #root: Node<Rule> = {};
  readonly #names = new Map<string, Numbered<Rule>[]>();
  readonly #everywhere: Numbered<Rule>[] = [];

  readonly #isEmpty: boolean;

  constructor(rules: readonly Rule[]) {
    this.#isEmpty = rules.length === 0;
    rules.forEach((rule, order) => this.#add({ order, rule }));
  }

  #add(entry: Numbered<Rule>): void {
    const host = entry.rule.host ?? ['*'];
    if (host.length === 1 && host[0] === '*') {
      this.#everywhere.push(entry);
      return;
    }
    if (!host.includes('*')) {
      const name = host.join('.');
      const known = this.#names.get(name);
      if (known) known.push(entry);
      else this.#names.set(name, [entry]);
      return;
    }
    const isOpen = host[0] === '*';
    let node = this.#root;
    for (const label of host.slice(isOpen ? 1 : 0).toReversed()) node = childOf(node, label);
    if (isOpen) (node.open ??= []).push(entry);
    else (node.exact ??= []).push(entry);
  }

  /** The first rule, in the order given, whose host matches and which `accepts`. */
  find(place: Place, accepts: (rule: Rule) => boolean): Rule | undefined {
    if (this.#isEmpty) return undefined;
    const search = new Search(place, accepts);
    search.scan(this.#everywhere);
    const named = this.#names.get(place.host);
    if (named) search.scan(named);
    if (this.#root.labels ?? this.#root.star) search.visit(this.#root, place.labels.length);
    return search.best?.rule;
  }
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

/** One walk through the trie; remembers the earliest accepted rule. */
class Search<Rule extends Pick<NetworkRule, 'host'>> {
  best: Numbered<Rule> | undefined;

  constructor(
    private readonly place: Place,
    private readonly accepts: (rule: Rule) => boolean,
  ) {}

  scan(entries: readonly Numbered<Rule>[]): void {
    for (const entry of entries) {
      if (this.best && entry.order >= this.best.order) return;
      if (this.#isLawful(entry.rule) && this.accepts(entry.rule)) {
        this.best = entry;
        return;
      }
    }
  }

  /** In strict no star swallows a part of an address; few rules get here, so the plain comparison decides. */
  #isLawful(rule: Rule): boolean {
    return this.place.address === undefined || matchesHost(rule.host, this.place);
  }

  visit(node: Node<Rule>, remaining: number): void {
    if (remaining === 0) {
      if (node.exact) this.scan(node.exact);
      return;
    }
    if (node.open) this.scan(node.open);
    const child = node.labels?.get(this.place.labels[remaining - 1] ?? '');
    if (child) this.visit(child, remaining - 1);
    if (node.star) this.visit(node.star, remaining - 1);
  }
}

import { matchesHost } from './match';
import type { NetworkRule } from './rule';
import type { Target } from './target';

/** A list of rules with one host pattern, in the order given. Linked: most have one entry, and each hop costs a cache miss. */
interface Entry<Rule> {
  readonly order: number;
  readonly rule: Rule;
  readonly next: Entry<Rule> | undefined;
}

/** Fields appear when they are needed: most nodes are leaves, and ten thousand empty maps cost more than the rules. */
interface Node<Rule> {
  labels?: Map<string, Node<Rule>>;
  star?: Node<Rule>;
  /** Patterns that end here and cover exactly this many labels. */
  exact?: Entry<Rule>;
  /** Patterns with a leading star that end here: one or more labels further. */
  open?: Entry<Rule>;
}

type Place = Pick<Target, 'host' | 'labels' | 'address'>;
type Hosted = Pick<NetworkRule, 'host'>;

/**
 * Rules by host: plain names and `*.name` in maps, other patterns in a trie of labels from the right, so that the cost
 * does not grow with the number of rules.
 */
export class RuleIndex<Rule extends Hosted = NetworkRule> {
  private everywhere: Entry<Rule> | undefined;
  private readonly names = new Map<string, Entry<Rule>>();
  /** Patterns like `*.b.c`, by the number of labels behind the star, then by these labels. */
  private readonly suffixes: (Map<string, Entry<Rule>> | undefined)[] = [];
  private readonly root: Node<Rule> = {};

  constructor(private readonly rules: readonly Rule[]) {
    // from the end, so that prepending keeps the order
    for (let order = rules.length - 1; order >= 0; order--) this.add(order, rules[order] as Rule);
  }

  private add(order: number, rule: Rule): void {
    const entryBefore = (next: Entry<Rule> | undefined) => ({ order, rule, next });
    const host = rule.host ?? ['*'];
    if (host.length === 1 && host[0] === '*') {
      this.everywhere = entryBefore(this.everywhere);
      return;
    }
    const isOpen = host[0] === '*';
    if (host.includes('*', 1)) {
      const node = this.nodeOf(isOpen ? host.slice(1) : host);
      if (isOpen) node.open = entryBefore(node.open);
      else node.exact = entryBefore(node.exact);
      return;
    }
    const names = isOpen ? (this.suffixes[host.length - 1] ??= new Map()) : this.names;
    const name = (isOpen ? host.slice(1) : host).join('.');
    names.set(name, entryBefore(names.get(name)));
  }

  private nodeOf(labels: readonly string[]): Node<Rule> {
    return labels.reduceRight(childOf<Rule>, this.root);
  }

  /** The first rule, in the order given, whose host matches and which `accepts`. */
  find(place: Place, accepts: (rule: Rule) => boolean): Rule | undefined {
    if (this.rules.length === 0) return undefined;
    let best = earlier(undefined, this.everywhere, place, accepts);
    best = earlier(best, this.names.get(place.host), place, accepts);
    best = this.findBySuffix(best, place, accepts);
    if (this.root.labels ?? this.root.star)
      best = visit(best, this.root, place.labels.length, place, accepts);
    return best?.rule;
  }

  private findBySuffix(
    found: Entry<Rule> | undefined,
    place: Place,
    accepts: (rule: Rule) => boolean,
  ): Entry<Rule> | undefined {
    const { host } = place;
    let best = found;
    let at = host.length;
    for (let labels = 1; at > 0 && labels < this.suffixes.length; labels++) {
      at = host.lastIndexOf('.', at - 1);
      if (at < 0) return best;
      best = earlier(best, this.suffixes[labels]?.get(host.slice(at + 1)), place, accepts);
    }
    return best;
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

/** The first accepted entry of the list if it comes before `best`, else `best`. */
function earlier<Rule extends Hosted>(
  best: Entry<Rule> | undefined,
  list: Entry<Rule> | undefined,
  place: Place,
  accepts: (rule: Rule) => boolean,
): Entry<Rule> | undefined {
  const bound = best?.order ?? Number.POSITIVE_INFINITY;
  for (let entry = list; entry && entry.order < bound; entry = entry.next)
    if (isLawful(entry.rule, place) && accepts(entry.rule)) return entry;
  return best;
}

/** In strict no star swallows a part of an address; few rules get here, so the plain comparison decides. */
function isLawful(rule: Hosted, place: Place): boolean {
  return place.address === undefined || matchesHost(rule.host, place);
}

/** Walks the trie with the place's labels, of which `remaining` are not yet matched. */
function visit<Rule extends Hosted>(
  found: Entry<Rule> | undefined,
  node: Node<Rule>,
  remaining: number,
  place: Place,
  accepts: (rule: Rule) => boolean,
): Entry<Rule> | undefined {
  if (remaining === 0) return earlier(found, node.exact, place, accepts);
  let best = earlier(found, node.open, place, accepts);
  const child = node.labels?.get(place.labels[remaining - 1] ?? '');
  if (child) best = visit(best, child, remaining - 1, place, accepts);
  return node.star ? visit(best, node.star, remaining - 1, place, accepts) : best;
}

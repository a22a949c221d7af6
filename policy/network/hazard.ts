import type { NetworkRule } from './rule';

/** A rule that parses but does not mean what it looks like. */
export interface Hazard {
  /** Error code in `strict`; a warning's code for `warnings`. */
  readonly code: string;
  readonly problem: string;
  readonly remedy: string;
}

const isNumeric = (label: string) => /^(\d+|0[xX][0-9a-fA-F]*)$/.test(label);

/** Whether a star in the pattern would stand for octets. */
export function coversAddressParts(host: NetworkRule['host'] = []): boolean {
  return host.length > 1 && host.includes('*') && isNumeric(host.at(-1) ?? '');
}

function everyPath({ paths }: NetworkRule): boolean {
  return paths?.some((path) => path.length === 0) ?? false;
}

interface Check {
  readonly hazard: Hazard;
  readonly applies: (rule: NetworkRule, domains: number) => boolean;
}

/** What `strict` refuses at load (reference §B, marked H, and escapes that can never match). */
const HAZARDS: readonly Check[] = [
  {
    applies: ({ methods, host, paths }) => !methods && !host && !paths,
    hazard: {
      code: 'POLICY_RULE_EMPTY',
      problem: 'an empty rule allows every request',
      remedy: 'Remove the rule, or write "domain=*" if everything is meant.',
    },
  },
  {
    applies: everyPath,
    hazard: {
      code: 'POLICY_RULE_EVERY_PATH',
      problem:
        'an empty path pattern ("path=", "path=/", a stray comma) matches every path, not the root',
      remedy: 'Leave "path=" out to mean every path, or name the paths.',
    },
  },
  {
    applies: (_, domains) => domains > 1,
    hazard: {
      code: 'POLICY_RULE_TWO_DOMAINS',
      problem: 'two domains in one rule are joined into one host name',
      remedy: 'Write one rule for each domain.',
    },
  },
  {
    applies: ({ paths }) => paths?.some((path) => path.some((part) => part.includes('%'))) ?? false,
    hazard: {
      code: 'POLICY_RULE_ESCAPE',
      problem: 'rules are compared with the decoded path, so an escape in a rule can never match',
      remedy: 'Write the segment as "*", which matches any single segment.',
    },
  },
  {
    applies: ({ paths }) =>
      paths?.some((path) => path.some((part) => part === '.' || part === '..')) ?? false,
    hazard: {
      code: 'POLICY_RULE_DOT_SEGMENT',
      problem: 'paths are normalised before they are compared, so "." and ".." can never match',
      remedy: 'Write the path without "." and "..".',
    },
  },
  {
    applies: ({ host }) => coversAddressParts(host),
    hazard: {
      code: 'POLICY_RULE_STAR_IN_ADDRESS',
      problem: '"*" would stand for octets of an IP address',
      remedy: 'Write whole addresses, one rule each; ranges belong into network.privateAddresses.',
    },
  },
];

/** What looks odd but is lawful in both readings. */
const WARNINGS: readonly Check[] = [
  {
    applies: ({ text }) => /(?:^|[ \t\n]|=)[^ =]*path=[^ ]*[^/=,]\/(?:[ ,\t\n]|$)/.test(text),
    hazard: {
      code: 'POLICY_RULE_TRAILING_SLASH',
      problem: 'a trailing slash in a rule is dropped: "path=/api/" matches "/api", never "/api/"',
      remedy: 'Write "path=/api/*" to cover what is below, or leave the slash out.',
    },
  },
  {
    applies: ({ methods }) => methods?.has('') ?? false,
    hazard: {
      code: 'POLICY_RULE_METHOD_EMPTY',
      problem: 'an empty method matches no request',
      remedy: 'Name the method, or leave "method=" out to mean every method.',
    },
  },
  {
    applies: ({ methods, paths }) =>
      [...(methods ?? []), ...(paths ?? []).flat()].some(
        (part) => part.length > 1 && part.includes('*'),
      ),
    hazard: {
      code: 'POLICY_RULE_STAR_LITERAL',
      problem: '"*" inside a method or a path segment is a literal star',
      remedy: 'Use "*" alone, as a whole segment or a whole method.',
    },
  },
  {
    applies: ({ methods }) => [...(methods ?? [])].some((method) => /[a-z]/.test(method)),
    hazard: {
      code: 'POLICY_RULE_METHOD_CASE',
      problem: 'methods are compared with their case, and clients send capitals',
      remedy: 'Write the method in capitals.',
    },
  },
];

/** The hazards `strict` refuses. */
export function hazards(rule: NetworkRule, domains: number): readonly Hazard[] {
  const isEmpty = (found: readonly Hazard[]) => found[0]?.code === 'POLICY_RULE_EMPTY';
  const found = HAZARDS.filter(({ applies }) => applies(rule, domains)).map(({ hazard }) => hazard);
  return isEmpty(found) ? found.slice(0, 1) : found;
}

/** What `policy check` warns of. */
export function ruleWarnings(rule: NetworkRule): readonly Hazard[] {
  return WARNINGS.filter(({ applies }) => applies(rule, 1)).map(({ hazard }) => hazard);
}

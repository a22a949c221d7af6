/** One rule of Coder's language (reference: coder/boundary, rulesengine, a549a7c). */
export interface NetworkRule {
  /** As written. */
  readonly text: string;
  /** Absent: every method. `*` in it: every method. */
  readonly methods?: ReadonlySet<string>;
  /** Labels left to right; `*` first stands for one or more labels, elsewhere for one. Absent: every host. */
  readonly host?: readonly string[];
  /** Alternatives. `*` stands for one segment, at the end for one or more; an empty pattern matches every path. */
  readonly paths?: readonly (readonly string[])[];
}

/** What is wrong with a rule, and at which character (0-based). */
export interface RuleFault {
  readonly problem: string;
  readonly remedy: string;
  readonly offset: number;
}

export type ParsedRule =
  | { readonly ok: true; readonly rule: NetworkRule; readonly domains: number }
  | { readonly ok: false; readonly fault: RuleFault };

/** Reads one value at `at`: the value and where it ends, or a fault. */
type Reading<Value> = { readonly value: Value; readonly end: number } | RuleFault;

const TOKEN = /[A-Za-z0-9!#$%&'*+\-.^_`|~]*/y;
const LABEL = /\*|[A-Za-z0-9-]+/y;
/** `pchar` of RFC 3986 without the comma, or an escape. */
const SEGMENT = /(?:[A-Za-z0-9\-._~!$&'()*+;=:@]|%[0-9a-fA-F]{2})*/y;
const KEY = /(method|domain|path)=/y;
const SPACE = /[ \t\n]*/y;

function take(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? text.slice(at, pattern.lastIndex) : undefined;
}

function fault(offset: number, problem: string, remedy: string): RuleFault {
  return { offset, problem, remedy };
}

function readMethods(text: string, start: number): Reading<string[]> {
  const methods: string[] = [];
  let at = start;
  for (;;) {
    if (at === text.length) {
      return fault(
        at,
        'a method is missing',
        'Name a method such as "GET" after "method=" or ",".',
      );
    }
    const token = take(TOKEN, text, at) ?? '';
    methods.push(token);
    at += token.length;
    if (text[at] !== ',') return { value: methods, end: at };
    at++;
  }
}

function labelProblem(label: string | undefined): string | undefined {
  if (label === undefined) return 'a host label is missing';
  if (label.startsWith('-') || label.endsWith('-')) return `label "${label}" has an outer hyphen`;
  return undefined;
}

function readHost(text: string, start: number): Reading<string[]> {
  const labels: string[] = [];
  let at = start;
  do {
    if (labels.length > 0) at++;
    const label = take(LABEL, text, at);
    const problem = labelProblem(label);
    if (problem !== undefined || label === undefined) {
      return fault(
        at,
        problem ?? '',
        'Write one host name such as "domain=*.example.com", without port or scheme.',
      );
    }
    labels.push(label);
    at += label.length;
  } while (text[at] === '.');
  if (labels.length > 1 && labels.at(-1) === '*') {
    return fault(
      at - 1,
      'a host pattern ends with "*"',
      'Name the last label, or use "domain=*" for every host.',
    );
  }
  return { value: labels, end: at };
}

function readPath(text: string, start: number): Reading<string[]> {
  const segments: string[] = [];
  let at = start;
  for (;;) {
    if (text[at] === '/') at++;
    const isStar = text[at] === '*';
    if (isStar && at + 1 < text.length && text[at + 1] !== '/') {
      return fault(
        at,
        `"*" must be a whole path segment, and nothing but "/" or the end of the rule may follow it`,
        'Put the path with "*" last and write one rule for each further path.',
      );
    }
    const segment = isStar ? '*' : (take(SEGMENT, text, at) ?? '');
    if (segment === '') return { value: segments, end: at };
    segments.push(segment);
    at += segment.length;
    if (text[at] !== '/') return { value: segments, end: at };
  }
}

function readPaths(text: string, start: number): Reading<string[][]> {
  const paths: string[][] = [];
  let at = start;
  for (;;) {
    const path = readPath(text, at);
    if ('problem' in path) return path;
    paths.push(path.value);
    at = path.end;
    if (text[at] !== ',') return { value: paths, end: at };
    at++;
  }
}

interface Draft {
  methods?: Set<string>;
  host?: string[];
  paths?: string[][];
  domains: number;
}

/** Reads one value into the draft; keys given twice are joined as the reference does. */
function readValue(draft: Draft, key: string, text: string, at: number): Reading<null> {
  if (key === 'method') {
    const methods = readMethods(text, at);
    if ('problem' in methods) return methods;
    draft.methods = new Set([...(draft.methods ?? []), ...methods.value]);
    return { value: null, end: methods.end };
  }
  if (key === 'domain') {
    const host = readHost(text, at);
    if ('problem' in host) return host;
    draft.host = [...(draft.host ?? []), ...host.value];
    draft.domains++;
    return { value: null, end: host.end };
  }
  const paths = readPaths(text, at);
  if ('problem' in paths) return paths;
  draft.paths = [...(draft.paths ?? []), ...paths.value];
  return { value: null, end: paths.end };
}

function keyFault(text: string, at: number): RuleFault {
  const found = JSON.stringify(text.slice(at, at + 20));
  return fault(
    at,
    `expected "method=", "domain=" or "path=", found ${found}`,
    'Write rules like "method=GET domain=api.example.com path=/v1/*".',
  );
}

/** Parses one rule exactly as the reference does; whether it is wise is `hazards`' question. */
export function parseRule(text: string): ParsedRule {
  const draft: Draft = { domains: 0 };
  let at = 0;
  while (at < text.length) {
    const key = take(KEY, text, at);
    if (key === undefined) return { ok: false, fault: keyFault(text, at) };
    const read = readValue(draft, key.slice(0, -1), text, at + key.length);
    if ('problem' in read) return { ok: false, fault: read };
    at = read.end + (take(SPACE, text, read.end) ?? '').length;
  }
  const { domains, ...keys } = draft;
  return { ok: true, rule: { text, ...keys }, domains };
}

export type ReadRule = (text: string) => ParsedRule;

/** `parseRule`, each text once: rules are looked at for faults and compiled after that. */
export function rememberRules(): ReadRule {
  const known = new Map<string, ParsedRule>();
  return (text) => {
    const found = known.get(text);
    if (found) return found;
    const parsed = parseRule(text);
    known.set(text, parsed);
    return parsed;
  };
}

/** Writes a rule in the shape its parts have; `parseRule` of it means the same. */
export function renderRule({ methods, host, paths }: Omit<NetworkRule, 'text'>): string {
  const parts: string[] = [];
  if (methods) parts.push(`method=${renderMethods(methods)}`);
  if (host) parts.push(renderHost(host));
  if (paths) parts.push(`path=${paths.map((path) => `/${path.join('/')}`).join(',')}`);
  return parts.join(' ');
}

/** An empty token cannot stand at the very end of a rule: it goes first, or has a space behind it. */
function renderMethods(methods: ReadonlySet<string>): string {
  const sorted = [...methods].sort();
  return sorted.length === 1 && sorted[0] === '' ? ' ' : sorted.join(',');
}

function renderHost(host: readonly string[]): string {
  if (host.length === 1 || host.at(-1) !== '*') return `domain=${host.join('.')}`;
  return `${renderHost(host.slice(0, -1))} domain=*`;
}

/**
 * Network decisions: 10,000 rules, many decisions, against a linear scan of the same rules and against matching each
 * rule's host and path by one regular expression made from a glob (what picomatch does). Run: bench NAME policy.
 */
import { compilePolicy, decideNetwork, type CompiledPolicy } from '../policy';
import { rulesInDialect } from '../policy/network/dialect';
import { covers } from '../policy/network/match';
import { readTarget } from '../policy/network/target';

const RULES = 10_000;
const DECISIONS = Number(process.argv[2] ?? 1_000_000);
/** The slow peers get a share of the decisions; times are per decision. */
const PEER_DECISIONS = Math.min(2_000, DECISIONS);

const WORDS = ['api', 'cdn', 'git', 'npm', 'pkg', 'www', 'auth', 'data', 'repo', 'mail'];

/** A realistic mix: exact hosts, stars, methods and paths. */
function ruleAt(at: number): string {
  const host = `${WORDS[at % 10]}${at % 997}.${WORDS[(at >> 3) % 10]}${at}.example`;
  switch (at % 4) {
    case 0:
      return `domain=${host}`;
    case 1:
      return `domain=*.${host}`;
    case 2:
      return `method=GET,HEAD domain=${host}`;
    default:
      return `domain=${host} path=/v1/*`;
  }
}

function requestAt(at: number): { readonly method: string; readonly url: string } {
  const rule = (at * 7919) % (RULES * 2);
  const host = `${WORDS[rule % 10]}${rule % 997}.${WORDS[(rule >> 3) % 10]}${rule}.example`;
  return {
    method: at % 3 === 0 ? 'POST' : 'GET',
    url: `https://${rule % 4 === 1 ? 'a.b.' : ''}${host}/v1/items/${at % 100}`,
  };
}

/** CPU time, so that a busy machine does not count. */
const milliseconds = (run: () => void): number => {
  const start = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
};

/** Median of per-decision times over slices, in microseconds. */
function medianUs(count: number, decide: (at: number) => void): number {
  const slice = Math.max(1, Math.floor(count / 50));
  const times = Array.from({ length: 50 }, (_, part) => {
    const from = part * slice;
    return (
      (milliseconds(() => {
        for (let at = from; at < from + slice; at++) decide(at);
      }) *
        1000) /
      slice
    );
  });
  return times.sort((left, right) => left - right)[25] ?? 0;
}

function globExpression(text: string): RegExp {
  const escaped = text.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '[^/]+');
  return new RegExp(`^${escaped}$`);
}

/** Host and path of each rule as one expression, tried in order, method beside it. */
function globMatcher(
  rules: readonly string[],
): (method: string, host: string, path: string) => boolean {
  const compiled = rulesInDialect(rules, 'strict').map(({ methods, host = ['*'], paths }) => ({
    methods,
    target: globExpression(
      `${host.join('.')}/${paths?.[0]?.join('/') ?? '*'}`.replace(/\/\*$/, '/**'),
    ),
  }));
  return (method, host, path) =>
    compiled.some(
      ({ methods, target }) => (methods?.has(method) ?? true) && target.test(`${host}${path}`),
    );
}

const rules = Array.from({ length: RULES }, (_, at) => ruleAt(at));
let policy: CompiledPolicy = compilePolicy([]);
const loads = Array.from({ length: 5 }, () =>
  milliseconds(() => {
    policy = compilePolicy([{ apiVersion: 'aigov/v1', name: 'bench', network: { allow: rules } }]);
  }),
).sort((left, right) => left - right);
/** Asked round and round: a million different texts would measure memory, not deciding. */
const requests = Array.from({ length: 16_384 }, (_, at) => requestAt(at));
const requestOf = (at: number) => requests[at % requests.length] ?? requestAt(at);

const ours = medianUs(DECISIONS, (at) => void decideNetwork(policy, requestOf(at)));
const plain = rulesInDialect(rules, 'strict');
const naive = medianUs(PEER_DECISIONS, (at) => {
  const { method, url } = requestOf(at);
  const read = readTarget('strict', method, url);
  if (!read.ok) return;
  const { host, labels, paths, port, compat } = read.target;
  const target = { method, host, labels, paths, port, compat };
  plain.find((rule) => covers(rule, target));
});
const matches = globMatcher(rules);
const glob = medianUs(PEER_DECISIONS, (at) => {
  const { method, url } = requestOf(at);
  const { host, pathname } = new URL(url);
  matches(method, host, pathname);
});

process.stdout.write(
  `${JSON.stringify({
    rules: RULES,
    decisions: DECISIONS,
    loadMs: Number((loads[2] ?? 0).toFixed(1)),
    medianUsPerDecision: Number(ours.toFixed(2)),
    naiveUsPerDecision: Number(naive.toFixed(1)),
    globUsPerDecision: Number(glob.toFixed(1)),
    ratioToNaive: Number((ours / naive).toFixed(5)),
    ratioToGlob: Number((ours / glob).toFixed(5)),
  })}\n`,
);

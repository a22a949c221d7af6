/**
 * Feeds near-rules, near-URLs and near-policies to the readers of policy/. A failure is a crash, more than MAX_CPU_MS for
 * one input, or an answer that breaks a law. Run: policy TARGET [COUNT] [SEED], with a target of TARGETS or `all`.
 */
import { AigovError, compilePolicy, decideNetwork } from '../../policy';
import { rulesInDialect } from '../../policy/network/dialect';
import { covers, forbids } from '../../policy/network/match';
import { parseRule, renderRule } from '../../policy/network/rule';
import { readPlainUrl, type PlainUrl } from '../../policy/network/plain-url';
import { RuleIndex } from '../../policy/network/rule-index';
import { readStrictUrl, type StrictUrl } from '../../policy/network/strict-url';
import { readTarget } from '../../policy/network/target';
import { parsePolicy } from '../../policy/schema';
import { lawfulRule, ruleInput, urlInput, yamlInput } from './policy-input';
import { Random } from './random';

/** CPU time one input may take. */
const MAX_CPU_MS = 50;
/** An input that seems slow is run again: collections fall on somebody. */
const RETRIES = 3;
const MAX_SHOWN = 10;

/** The law the input breaks, if any. */
type Target = (random: Random) => {
  readonly input: string;
  readonly run: () => string | undefined;
};

function ruleLaw(text: string): string | undefined {
  const parsed = parseRule(text);
  if (!parsed.ok)
    return parsed.fault.offset <= text.length ? undefined : 'the fault lies inside the rule';
  const rendered = renderRule(parsed.rule);
  const again = parseRule(rendered);
  if (!again.ok) return `rendering gives a rule again, not ${JSON.stringify(rendered)}`;
  return renderRule(again.rule) === rendered ? undefined : 'rendering is idempotent';
}

function agrees({ host, port, path }: PlainUrl, long: StrictUrl): boolean {
  if (!long.ok || long.paths.length !== 1 || long.address !== undefined) return false;
  return (
    `${long.host}:${long.port}/${long.paths[0]?.join('/')}` === `${host}:${port}${path || '/'}`
  );
}

/** What the safe reading allows under a rule of plain names, the reference's reading allows for the same host. */
function urlLaw(url: string): string | undefined {
  const strict = readTarget('strict', 'GET', url);
  const boundary = readTarget('boundary', 'GET', url);
  const plain = readPlainUrl(url);
  if (plain && !agrees(plain, readStrictUrl(url)))
    return 'a plain URL is read as the long way does';
  if (!strict.ok) return undefined;
  if (strict.target.paths.length === 0) return 'a readable URL has a path';
  if (!boundary.ok) return undefined;
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(url) || !url.includes('://');
  const isSame = boundary.target.host.toLowerCase() === strict.target.host;
  return isSame || !hasScheme
    ? undefined
    : `both read one host, not ${strict.target.host} and ${boundary.target.host}`;
}

/** The index finds what comparing one by one finds. */
function indexLaw(rules: readonly string[], url: string): string | undefined {
  for (const compat of ['strict', 'boundary'] as const) {
    const read = readTarget(compat, 'GET', url);
    if (!read.ok) continue;
    const inForce = rulesInDialect(rules, compat);
    const index = new RuleIndex(inForce);
    for (const hits of [covers, forbids]) {
      const naive = inForce.find((rule) => hits(rule, read.target));
      const found = index.find(read.target, (rule) => hits(rule, read.target));
      if (naive !== found)
        return `index and scan agree, not ${found?.text} and ${naive?.text} (${compat})`;
    }
    const policy = compilePolicy([
      { apiVersion: 'aigov/v1', name: 'fuzz', network: { compat, allow: rules } },
    ]);
    const isAllowed = decideNetwork(policy, { method: 'GET', url }).effect === 'allow';
    const isCovered = inForce.some((rule) => covers(rule, read.target));
    if (isAllowed && !isCovered) return 'what is allowed is covered by a rule';
  }
  return undefined;
}

function yamlLaw(text: string): string | undefined {
  try {
    const policy = parsePolicy(text, 'fuzz.yaml');
    const again = parsePolicy(JSON.stringify(policy), 'fuzz.json');
    return JSON.stringify(again) === JSON.stringify(policy)
      ? undefined
      : 'what was parsed parses again';
  } catch (error) {
    if (!AigovError.is(error)) throw error;
    return error.at === undefined || error.remedy === ''
      ? 'every fault has place and remedy'
      : undefined;
  }
}

const TARGETS: Readonly<Record<string, Target>> = {
  rule: (random) => {
    const input = ruleInput(random);
    return { input, run: () => ruleLaw(input) };
  },
  url: (random) => {
    const input = urlInput(random);
    return { input, run: () => urlLaw(input) };
  },
  index: (random) => {
    const rules = Array.from({ length: random.below(8) }, () => lawfulRule(random));
    const url = urlInput(random);
    return { input: `${rules.join(' | ')} for ${url}`, run: () => indexLaw(rules, url) };
  },
  yaml: (random) => {
    const input = yamlInput(random);
    return { input, run: () => yamlLaw(input) };
  },
};

function cpuMs(run: () => void): number {
  const start = process.cpuUsage();
  run();
  return process.cpuUsage(start).user / 1000;
}

function failureOf(run: () => string | undefined): {
  readonly failure?: string;
  readonly ms: number;
} {
  let ms = Number.POSITIVE_INFINITY;
  let failure: string | undefined;
  try {
    for (let round = 0; round <= RETRIES && ms > MAX_CPU_MS; round++) {
      ms = Math.min(
        ms,
        cpuMs(() => {
          failure = run();
        }),
      );
    }
  } catch (error) {
    return { failure: `crash: ${String(error)}`, ms: 0 };
  }
  if (ms > MAX_CPU_MS) failure = `slower than ${MAX_CPU_MS} ms`;
  return failure === undefined ? { ms } : { failure, ms };
}

function fuzz(name: string, target: Target, count: number, seed: number): void {
  const random = new Random(seed);
  const started = performance.now();
  let slowestMs = 0;
  let failures = 0;
  for (let index = 0; index < count; index++) {
    const { input, run } = target(random);
    const { failure, ms } = failureOf(run);
    slowestMs = Math.max(slowestMs, ms);
    if (failure === undefined) continue;
    failures++;
    if (failures <= MAX_SHOWN)
      console.error(`${name} #${index} ${failure}: ${JSON.stringify(input.slice(0, 300))}`);
  }
  const perSecond = Math.round((count * 1000) / (performance.now() - started));
  console.log(
    JSON.stringify({ target: name, inputs: count, seed, perSecond, slowestMs, failures }),
  );
  if (failures > 0) process.exitCode = 1;
}

const [name = 'all', count = '100000', seed = '1'] = process.argv.slice(2);
for (const [key, target] of Object.entries(TARGETS)) {
  if (name === 'all' || name === key) fuzz(key, target, Number(count), Number(seed));
}

import { fc, test } from '@fast-check/jest';
import { rulesInDialect } from '../../policy/network/dialect';
import { covers, forbids } from '../../policy/network/match';
import { parseRule, renderRule } from '../../policy/network/rule';
import { RuleIndex } from '../../policy/network/rule-index';
import { intersectRules } from '../../policy/network/intersect';
import { readTarget, type Target } from '../../policy/network/target';
import { rule, RUNS, url } from './arbitrary';

jest.setTimeout(900_000);
const options = { numRuns: RUNS };

const compat = fc.constantFrom('strict' as const, 'boundary' as const);
const method = fc.constantFrom('GET', 'POST', 'get');

function targetOf(
  dialect: 'strict' | 'boundary',
  verb: string,
  address: string,
): Target | undefined {
  const read = readTarget(dialect, verb, address);
  return read.ok ? read.target : undefined;
}

test.prop([compat, fc.array(rule, { maxLength: 40 }), method, url], options)(
  'the index finds the rule that comparing one by one finds',
  (dialect, texts, verb, address) => {
    const target = targetOf(dialect, verb, address);
    if (!target) return;
    const rules = rulesInDialect(texts, dialect);
    const index = new RuleIndex(rules);
    for (const hits of [covers, forbids]) {
      const naive = rules.find((candidate) => hits(candidate, target));
      expect(index.find(target, (candidate) => hits(candidate, target))).toBe(naive);
    }
  },
);

test.prop([compat, rule, rule, method, url], options)(
  'the intersection of two rules covers what both cover',
  (dialect, left, right, verb, address) => {
    const target = targetOf(dialect, verb, address);
    const [one, other] = [rulesInDialect([left], dialect)[0], rulesInDialect([right], dialect)[0]];
    if (!target || !one || !other) return;
    const both = intersectRules(one, other);
    expect(both !== undefined && covers(both, target)).toBe(
      covers(one, target) && covers(other, target),
    );
  },
);

test.prop([rule], options)('rendering and parsing a rule is identity', (text) => {
  const parsed = parseRule(text);
  if (!parsed.ok) throw new Error(text);
  const { text: _text, ...parts } = parsed.rule;
  const again = parseRule(renderRule(parsed.rule));
  expect(again).toMatchObject({ ok: true, rule: parts });
});

test.prop([fc.string({ unit: 'binary', maxLength: 60 }), compat], options)(
  'no text makes the URL readers throw',
  (text, dialect) => {
    expect(typeof readTarget(dialect, 'GET', text).ok).toBe('boolean');
  },
);

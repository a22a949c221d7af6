import { compilePolicy, monitorHost, monitorNetwork, monitorTcp } from '../../policy';
import type { NetworkDocument } from '../../policy';

function policyOf(...sections: readonly NetworkDocument[]) {
  return compilePolicy(
    sections.map((network, at) => ({ apiVersion: 'aigov/v1', name: `layer-${at}`, network })),
  );
}

const BOUNDED = policyOf(
  { ceiling: ['domain=*.corp.example', 'domain=github.com path=/corp/*'] },
  { allow: ['method=GET domain=git.corp.example'], deny: ['domain=old.corp.example'] },
);

interface Case {
  readonly method?: string;
  readonly url: string;
  readonly reason: string;
  readonly denial?: string;
  readonly why: string;
}

test.each<Case>([
  { url: 'https://git.corp.example/x', reason: 'rule_matched', why: 'a grant covers it' },
  {
    method: 'POST',
    url: 'https://git.corp.example/x',
    reason: 'monitored',
    denial: 'no_rule_matched',
    why: 'no grant, but under the ceiling',
  },
  {
    url: 'https://old.corp.example/',
    reason: 'monitored',
    denial: 'denied_by_rule',
    why: 'denied, but under the ceiling',
  },
  { url: 'https://evil.example/', reason: 'no_rule_matched', why: 'no ceiling covers it' },
  { url: 'https://github.com/other/x', reason: 'no_rule_matched', why: 'the ceiling ends before' },
  { url: 'https://a@git.corp.example/', reason: 'ambiguous_target', why: 'nobody knows where to' },
  {
    url: 'http://git.corp.example:99999/',
    reason: 'url_invalid',
    why: 'it cannot be read',
  },
])('monitoring $url: $reason, $why', ({ method = 'GET', url, reason, denial }) => {
  const decision = monitorNetwork(BOUNDED, { method, url });
  expect(decision.reason).toBe(reason);
  expect(decision.effect === 'allow' ? decision.denial?.reason : undefined).toBe(denial);
});

test('without a ceiling every readable request passes', () => {
  const open = policyOf({ allow: [], deny: ['domain=evil.example'] });
  expect(monitorNetwork(open, { method: 'GET', url: 'https://evil.example/' })).toMatchObject({
    effect: 'allow',
    rule: 'domain=evil.example',
    denial: { reason: 'denied_by_rule' },
  });
});

test.each([
  { host: 'db.corp.example', port: 5432, effect: 'allow', why: 'the ceiling covers the host' },
  { host: 'github.com', port: 22, effect: 'deny', why: 'the ceiling covers only a path of it' },
  { host: 'evil.example', port: 22, effect: 'deny', why: 'no ceiling covers it' },
])('monitoring raw TCP to $host:$port: $effect, $why', ({ host, port, effect }) => {
  expect(monitorTcp(BOUNDED, { host, port }).effect).toBe(effect);
});

test.each([
  { host: 'new.corp.example', effect: 'allow' },
  { host: 'github.com', effect: 'allow' },
  { host: 'evil.example', effect: 'deny' },
])('the name $host is $effect: a ceiling speaks of it or not', ({ host, effect }) => {
  expect(monitorHost(BOUNDED, { host }).effect).toBe(effect);
});

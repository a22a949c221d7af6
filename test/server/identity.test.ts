import { createPolicySource } from '../../server/policy-source';
import type { Identity } from '../../gateway';
import { decideModel } from '../../policy';

const CONTRACTORS = {
  apiVersion: 'aigov/v1',
  name: 'contractors',
  models: { deny: ['*/o1-*'] },
  selectors: { match: { groups: ['contractors'], organizations: ['payments'] } },
} as const;

test.each<{ why: string; identity: Partial<Identity>; effect: 'allow' | 'deny' }>([
  { why: 'nothing known', identity: {}, effect: 'allow' },
  { why: 'the group alone', identity: { groups: ['contractors'] }, effect: 'allow' },
  {
    why: 'group and organisation',
    identity: { groups: ['staff', 'contractors'], organization: 'payments' },
    effect: 'deny',
  },
])(
  'a layer for a group of an organisation holds where it matches: $why',
  ({ identity, effect }) => {
    const policyOf = createPolicySource([CONTRACTORS]);
    const policy = policyOf({ identity: { user: 'alice', isVerified: true, ...identity } });
    expect(decideModel(policy, { provider: 'openai', model: 'o1-pro' }).effect).toBe(effect);
  },
);

import { fc, test as property } from '@fast-check/jest';
import { createContexts, signContext, type RelayFacts } from '../../gateway';
import { CONTEXT_LIFETIME_MS } from '../../gateway/context-store';

const FACTS: RelayFacts = {
  workspace: {
    id: 'w1',
    name: 'dev',
    templateId: 't1',
    templateName: 'node',
    templateVersion: 'v1',
  },
  taskId: 'task-7',
};
const CLAIMS = {
  repository: 'git@corp.example:x/y.git',
  firewall: { sessionId: 'f1', sequence: 3 },
};

test('a signed header gives back registration and claims', () => {
  const contexts = createContexts();
  const header = signContext(contexts.register('alice', FACTS), CLAIMS);
  expect(contexts.verify(header, 'alice')).toEqual({
    kind: 'valid',
    context: { ...FACTS, ...CLAIMS },
  });
});

property.prop([fc.nat(), fc.integer({ min: 1, max: 255 })])(
  'a header with any byte altered is not valid',
  (position, change) => {
    const contexts = createContexts();
    const header = Buffer.from(signContext(contexts.register('alice', FACTS), CLAIMS));
    const at = position % header.length;
    header[at] = (header[at] ?? 0) ^ change;
    const verdict = contexts.verify(header.toString('latin1'), 'alice');
    // The last base64url character of the mac has two unused bits: another spelling of the same mac.
    const isSameMac = at === header.length - 1;
    expect(isSameMac || verdict.kind !== 'valid').toBe(true);
  },
);

property.prop([fc.string({ maxLength: 200 })])('no text makes it throw or be valid', (text) => {
  expect(createContexts().verify(text, 'alice').kind).not.toBe('valid');
});

test.each<{ why: string; kind: string; user: string; ageMs: number; known: boolean }>([
  {
    why: 'right user, last millisecond',
    kind: 'valid',
    user: 'alice',
    ageMs: CONTEXT_LIFETIME_MS - 1,
    known: true,
  },
  { why: 'lifetime over', kind: 'expired', user: 'alice', ageMs: CONTEXT_LIFETIME_MS, known: true },
  { why: 'another user’s session token', kind: 'invalid', user: 'mallory', ageMs: 0, known: true },
  { why: 'registered with another server', kind: 'expired', user: 'alice', ageMs: 0, known: false },
])('$kind: $why', ({ kind, user, ageMs, known }) => {
  let nowMs = 1_000_000;
  const contexts = createContexts(() => nowMs);
  const other = createContexts();
  const header = signContext((known ? contexts : other).register('alice', FACTS), {});
  nowMs += ageMs;
  expect(contexts.verify(header, user).kind).toBe(kind);
});

test('claims of another form are refused although the mac holds', () => {
  const contexts = createContexts();
  const key = contexts.register('alice', FACTS);
  const odd = { firewall: { sessionId: 1 } } as unknown as { repository: string };
  expect(contexts.verify(signContext(key, odd), 'alice').kind).toBe('invalid');
});

import { compilePolicy, type Redaction } from '../../../policy';

function found(kinds: readonly Redaction[], text: string): readonly (readonly [string, string])[] {
  const find = Object.fromEntries(kinds.map((kind) => [kind, 'mask'] as const));
  const policy = compilePolicy([
    { apiVersion: 'aigov/v1', name: 'p', content: { outbound: { find } } },
  ]);
  const findings = policy.content.outbound?.find(text) ?? [];
  return findings.map(({ rule, start, end }) => [rule, text.slice(start, end)]);
}

/** Made up, and put together here: written whole they would alarm whoever scans this repository. */
const letters = (count: number) => 'aB3dE5gH7jK9'.repeat(20).slice(0, count);
const upper = (count: number) => 'ABCD2345EFGH67'.repeat(10).slice(0, count);
const hex = (count: number) => '0123456789abcdef'.repeat(10).slice(0, count);
const PEM = [
  '-----BEGIN RSA PRIVATE',
  ` KEY-----\n${letters(64)}\n${letters(30)}==\n-----END RSA PRIVATE KEY-----`,
].join('');

test.each([
  { rule: 'aws-access-key-id', secret: `AKIA${upper(16)}` },
  { rule: 'aws-secret-access-key', secret: `aws_secret_access_key = ${letters(40)}` },
  { rule: 'aws-secret-access-key', secret: `SecretAccessKey": "${letters(40)}` },
  { rule: 'google-api-key', secret: `AIza${letters(35)}` },
  { rule: 'azure-storage-key', secret: `AccountKey=${letters(86)}==` },
  { rule: 'github-token', secret: `ghp_${letters(36)}` },
  { rule: 'github-token', secret: `ghs_${letters(40)}` },
  { rule: 'github-fine-grained-token', secret: `github_pat_${letters(82)}` },
  { rule: 'gitlab-token', secret: `glpat-${letters(20)}` },
  { rule: 'slack-token', secret: `xoxb-1234567890-${letters(24)}` },
  { rule: 'slack-webhook', secret: `https://hooks.slack.com/services/T0/B0/${letters(24)}` },
  { rule: 'anthropic-key', secret: `sk-ant-api03-${letters(90)}` },
  { rule: 'openai-key', secret: `sk-proj-${letters(60)}` },
  { rule: 'openai-key', secret: `sk-${letters(48)}` },
  { rule: 'hugging-face-token', secret: `hf_${letters(34)}` },
  { rule: 'stripe-key', secret: `sk_live_${letters(24)}` },
  { rule: 'npm-token', secret: `npm_${letters(36)}` },
  { rule: 'sendgrid-key', secret: `SG.${letters(22)}.${letters(43)}` },
  { rule: 'databricks-token', secret: `dapi${hex(32)}` },
  { rule: 'vault-token', secret: `hvs.${letters(24)}` },
  { rule: 'json-web-token', secret: `eyJ${letters(20)}.eyJ${letters(30)}.${letters(43)}` },
  { rule: 'private-key', secret: PEM },
  { rule: 'private-key', secret: PEM.replaceAll('\n', '\\n') },
  { rule: 'private-key', secret: PEM.slice(0, 96) },
  { rule: 'connection-string', secret: 'postgres://app:hunter2@db.corp.example:5432' },
  { rule: 'connection-string', secret: 'mongodb+srv://u:p%40ss@cluster0.example' },
  { rule: 'url-credentials', secret: 'https://bot:hunter2@git.corp.example' },
  { rule: 'authorization-header', secret: `Authorization: Bearer ${letters(30)}` },
  { rule: 'coder-token', secret: `CODER_SESSION_TOKEN=${letters(10)}-${letters(22)}` },
])('$rule is found between other text', ({ rule, secret }) => {
  expect(found(['secrets'], `see ${secret} there`)).toContainEqual([`secrets/${rule}`, secret]);
});

test.each([
  'an ordinary sentence about keys, tokens and passwords',
  'sk-learn is a library; sk-short',
  'https://example.com/path:with:colons@home',
  'postgres://localhost/db without a password',
  'AKIA is how they begin',
  `commit ${hex(40)} of the main branch`,
  `sha256 ${hex(64)}`,
  'ghp_short',
  '-----BEGIN PUBLIC KEY-----',
  'eyJ is how a token begins',
  '550e8400-e29b-41d4-a716-446655440000',
])('no secret: %s', (text) => {
  expect(found(['secrets'], text)).toEqual([]);
});

test.each<{ kind: Redaction; text: string; finds: readonly string[] }>([
  {
    kind: 'email',
    text: 'write to ada@corp.example or bob.b+x@a.b.example.',
    finds: ['ada@corp.example', 'bob.b+x@a.b.example'],
  },
  { kind: 'email', text: 'user@host, @decorator, a@b', finds: [] },
  {
    kind: 'phone',
    text: 'call +49 30 901820 or +1 (415) 555-0100',
    finds: ['+49 30 901820', '+1 (415) 555-0100'],
  },
  { kind: 'phone', text: 'x+1 and 2+34', finds: [] },
  { kind: 'creditCard', text: 'card 4111 1111 1111 1111 ok', finds: ['4111 1111 1111 1111'] },
  { kind: 'creditCard', text: 'number 4111111111111112 is none', finds: [] },
  {
    kind: 'iban',
    text: 'pay DE89 3704 0044 0532 0130 00 now',
    finds: ['DE89 3704 0044 0532 0130 00'],
  },
  { kind: 'iban', text: 'pay DE88 3704 0044 0532 0130 00 now', finds: [] },
  {
    kind: 'ipAddress',
    text: 'from 10.20.30.40 via 2001:db8::1 to 999.1.1.1',
    finds: ['10.20.30.40', '2001:db8::1'],
  },
  { kind: 'ipAddress', text: 'version 1.2.3, time 12:30:45, a::b', finds: [] },
])('$kind in $text', ({ kind, text, finds }) => {
  expect(found([kind], text).map(([, match]) => match)).toEqual(finds);
});

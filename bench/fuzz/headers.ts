/**
 * Fuzz of what the gateway reads from headers and changes in bodies: `node dist/bench/fuzz/headers.js [COUNT] [SEED]`, COUNT
 * inputs each. Ends 1 on a crash, on an attribution header that is valid though it is not the one that was signed, on a
 * header that is dropped, kept or moved wrongly, and on a masked body that differs elsewhere.
 */
import { isDeepStrictEqual } from 'node:util';
import { screenBody } from '../../gateway/content/screen-body';
import { signContext } from '../../gateway/context';
import { createContexts } from '../../gateway/context-store';
import { readCredentials } from '../../gateway/credentials';
import { CREDENTIAL_HEADERS, forwardedRequestHeaders } from '../../gateway/headers';
import { identifyClient } from '../../clients';
import { compilePolicy } from '../../policy';
import type { Random } from './random';
import { runChecks } from './run-checks';

const contexts = createContexts();
const facts = {
  workspace: { id: 'w', name: 'w', templateId: 't', templateName: 't', templateVersion: 'v' },
};
const session = contexts.register('alice', facts);
const claims = [{}, { repository: 'git@x:y/z.git' }, { firewall: { sessionId: 'f', sequence: 7 } }];
const signed = claims.map((claim) => signContext(session, claim));
const CHARS = ['.', 'v', '1', 'A', '_', '-', '=', '+', '/', ' ', '\0', 'é', '%', '"', '{'];

/** A valid header with some characters changed, added, left out or swapped with another's parts. */
function contextHeader(random: Random): string {
  const header = random.pick(signed);
  if (random.below(20) === 0)
    return random.pick(signed).split('.').slice(0, random.below(5)).join('.');
  const [, id = '', , mac = ''] = header.split('.');
  if (random.below(10) === 0) return ['v1', id, random.pick(signed).split('.')[2], mac].join('.');
  let text = header;
  for (let i = random.below(4); i > 0; i -= 1) {
    const at = random.below(text.length + 1);
    text = text.slice(0, at) + random.pick(CHARS) + text.slice(at + random.below(3));
  }
  return text;
}

function checkContext(random: Random): boolean {
  const header = contextHeader(random);
  const user = random.below(4) === 0 ? 'mallory' : 'alice';
  const { kind } = contexts.verify(header, user);
  // Base64url of 32 bytes has two unused bits in its last character: four spellings of the same mac.
  const isGenuine = signed.some(
    (one) => one.slice(0, -1) === header.slice(0, -1) && one.length === header.length,
  );
  if (kind === 'valid' && (user !== 'alice' || !isGenuine)) throw new Error(`valid: ${header}`);
  if (signed.includes(header) && user === 'alice' && kind !== 'valid')
    throw new Error('genuine, not valid');
  return kind === 'valid';
}

const NAMES = [
  ...CREDENTIAL_HEADERS,
  'Authorization',
  'X-API-Key',
  'x-aigov-context',
  'connection',
  'Connection',
  'host',
  'TE',
  'anthropic-beta',
  'X-Custom',
  'x-coder-agent-firewall-session-id',
  'user-agent',
  'traceparent',
];
const VALUES = [
  'Bearer t',
  'bearer  t ',
  't',
  '',
  'x-custom, TE',
  'keep-alive',
  'close',
  'claude-cli/2',
  '\u00ff',
];
const DROPPED =
  /^(?:authorization|x-api-key|x-goog-api-key|api-key|x-coder-.*|x-amz-content-sha256|x-amz-date|x-amz-security-token|x-aigov-context|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|host|content-length|expect)$/i;

function checkHeaders(random: Random): boolean {
  const raw = Array.from({ length: 2 * random.below(8) }, (_, i) =>
    random.pick(i % 2 === 0 ? NAMES : VALUES),
  );
  const byName: Record<string, string> = {};
  for (let i = 0; i < raw.length; i += 2) byName[raw[i]?.toLowerCase() ?? ''] = raw[i + 1] ?? '';
  const { tokens, ownKey } = readCredentials(byName);
  if (new Set(tokens).size !== tokens.length) throw new Error('a token twice');
  if (ownKey !== undefined && byName['x-coder-ai-governance-token'] === undefined)
    throw new Error('own key unasked');
  identifyClient(byName);
  const named = raw
    .flatMap((name, i) =>
      i % 2 === 0 && /^connection$/i.test(name) ? (raw[i + 1] ?? '').split(',') : [],
    )
    .map((name) => name.trim().toLowerCase());
  const wanted = raw.filter((_, i) => {
    const name = raw[i - (i % 2)] ?? '';
    return !DROPPED.test(name) && !named.includes(name.toLowerCase());
  });
  if (!isDeepStrictEqual(forwardedRequestHeaders(raw), wanted))
    throw new Error(JSON.stringify(raw));
  return wanted.length > 0;
}

const content = {
  outbound: { patterns: [{ id: 'x', pattern: 'SECRET-\\d+', action: 'mask' as const }] },
};
const finder = compilePolicy([{ apiVersion: 'aigov/v1', name: 'p', content }]).content.outbound;
const PIECES = [
  'a',
  '"',
  '\\',
  '\n',
  'é',
  '📁',
  '\ud800',
  ' ',
  '{',
  ']',
  ',',
  '\u0000',
  'SECRET-12 ',
  'SECRET',
];
const KEYS = ['text', 'content', 'input', 'k"', 'é', 'args', ''];

function jsonValue(random: Random, depth: number): unknown {
  const kind = depth > 4 ? 0 : random.below(4);
  const items = () => Array.from({ length: random.below(4) }, () => jsonValue(random, depth + 1));
  if (kind === 2) return items();
  if (kind === 3) return Object.fromEntries(items().map((item) => [random.pick(KEYS), item]));
  if (kind === 1) return random.pick([null, 1.5, true, 'x']);
  return Array.from({ length: random.below(6) }, () => random.pick(PIECES)).join('');
}

/** Some characters spelled as escapes, spaces between tokens: the same JSON, other bytes. */
function respelled(random: Random, text: string): string {
  return text.replaceAll(/[A-Za-z]/g, (char) =>
    random.below(6) === 0 && !/[a-z]/.test(char)
      ? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
      : char,
  );
}

function checkMask(random: Random): boolean {
  if (finder === undefined) throw new Error('no finder');
  const text = respelled(
    random,
    JSON.stringify({ text: jsonValue(random, 0) }, undefined, random.pick(['', '\t'])),
  );
  const { body, count } = screenBody(finder, Buffer.from(text), true);
  const spelled = 'SECRET'
    .split('')
    .map((char) => `(?:${char}|\\\\u00${char.charCodeAt(0).toString(16)})`)
    .join('');
  const wanted = text.replaceAll(new RegExp(`${spelled}-12`, 'g'), '[x-1]');
  if (String(body ?? text) !== wanted)
    throw new Error(JSON.stringify({ text, body: String(body) }));
  return count > 0;
}

runChecks({ context: checkContext, headers: checkHeaders, masking: checkMask }, 'told something');

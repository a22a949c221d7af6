import type { Random } from './random';

const KEYS = [
  'jsonrpc',
  'id',
  'method',
  'params',
  'result',
  'error',
  'Method',
  'METHOD',
  'Params',
  'param\u017f',
  '\\u006dethod',
  'other',
];
const INNER = [
  'name',
  'Name',
  'arguments',
  'uri',
  '_meta',
  'progressToken',
  'na\\u006de',
  'tools',
  'cursor',
];
const SCALARS = [
  '1',
  '0',
  '-1.5e3',
  '18446744073709551615',
  'null',
  'true',
  '""',
  '"2.0"',
  '"tools/call"',
  '"tools/list"',
  '"notifications/cancelled"',
  '"read\\"_}]"',
  '"\\ud800"',
  '"\u00e9\\\\"',
];
const IDS = ['1', '2', '"a\\n"', '1', 'null'];
const METHODS = [
  '"tools/call"',
  '"tools/list"',
  '"resources\\/read"',
  '"notifications/cancelled"',
  '7',
];
const SPACES = ['', '', '', ' ', '\n', '\t\r\n'];

/** JSON text of any shape that looks like a message, repeated keys and odd spellings included. */
export function messageInput(random: Random): string {
  return random.below(20) === 0 ? jsonValue(random, 0) : object(random, 0, KEYS, true);
}

function object(random: Random, depth: number, keys: readonly string[], isTop: boolean): string {
  const base = isTop
    ? [
        ['jsonrpc', '"2.0"'],
        ['id', random.pick(IDS)],
        ['method', random.pick(METHODS)],
      ]
    : [['name', random.pick(SCALARS)]];
  const members = base.filter(() => random.below(8) > 0);
  for (let i = random.below(4); i > 0; i -= 1)
    members.push([random.pick(keys), jsonValue(random, depth + 1)]);
  if (random.below(4) === 0) members.reverse();
  const gap = () => random.pick(SPACES);
  return `{${gap()}${members.map(([key, value]) => `"${key}"${gap()}:${gap()}${value}${gap()}`).join(`,${gap()}`)}}`;
}

function jsonValue(random: Random, depth: number): string {
  const kind = depth > 5 ? 0 : random.below(5);
  if (kind === 1) return object(random, depth, INNER, false);
  if (kind === 2)
    return `[${Array.from({ length: random.below(4) }, () => jsonValue(random, depth + 1)).join(random.pick([',', ' ,\n']))}]`;
  return random.pick(SCALARS);
}

/** The answer to a list, with tools of all kinds. */
export function listInput(random: Random): string {
  const tools = Array.from({ length: random.below(6) }, () =>
    random.below(6) === 0
      ? jsonValue(random, 3)
      : `{"name":"${random.pick(['read', 'hidden', 'hidden2', 'a]}'])}"${random.pick(SPACES)},"x":${jsonValue(random, 3)}}`,
  );
  const list = `[${random.pick(SPACES)}${tools.join(random.pick([',', ' , ', ',\n']))}]`;
  const more = random.below(3) === 0 ? `,"nextCursor":${jsonValue(random, 4)}` : '';
  return `{"jsonrpc":"2.0","id":${random.pick(['1', '"a"', '2'])},"result":{"tools"${random.pick(SPACES)}:${list}${more}}}`;
}

/** Bytes of a text, sometimes damaged. */
export function damaged(random: Random, text: string): Buffer {
  const bytes = Buffer.from(text);
  for (let i = random.below(4) === 0 ? random.below(4) : 0; i > 0 && bytes.length > 0; i -= 1)
    bytes[random.below(bytes.length)] = random.below(256);
  return random.below(10) === 0 ? bytes.subarray(0, random.below(bytes.length + 1)) : bytes;
}

/** The same bytes in pieces. */
export function pieces(random: Random, bytes: Buffer): readonly Buffer[] {
  const cut: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = 1 + random.below(random.below(2) === 0 ? 4 : bytes.length);
    cut.push(bytes.subarray(at, at + length));
    at += length;
  }
  return cut;
}

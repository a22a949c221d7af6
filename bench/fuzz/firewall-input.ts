import type { Random } from './random';

/** The name the fuzzed connection goes to. */
export const ALLOWED_HOST = 'allowed.test';
/** A path the fuzzed policy denies. */
export const DENIED_PATH = '/denied';

const METHODS = [
  'GET',
  'POST',
  'HEAD',
  'DELETE',
  'OPTIONS',
  'get',
  'G\u0000T',
  'PRI',
  'CONNECT',
  '',
];
const PATHS = [
  '/',
  '/ok',
  '/ok?q=1',
  DENIED_PATH,
  `/a/..${DENIED_PATH}`,
  '/%64enied',
  '//x',
  '*',
  '/#',
  '\\x',
];
const HOSTS = [
  ALLOWED_HOST,
  'evil.test',
  'ALLOWED.test.',
  `${ALLOWED_HOST}:80`,
  `x@${ALLOWED_HOST}`,
  `${ALLOWED_HOST}\tevil.test`,
  '127.0.0.1',
  '[::1]',
  '',
];
const VERSIONS = ['HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/1.2', 'http/1.1', ''];
const FIELDS = [
  'Content-Length: 0',
  'Content-Length: 5',
  'Content-Length: 05',
  'Content-Length: -1',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: identity, chunked',
  'Transfer-Encoding : chunked',
  'Connection: close',
  'Connection: host, content-length',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Upgrade: h2c',
  'Expect: 100-continue',
  'Expect: nonsense',
  'X-Folded: a\r\n b',
  'X-Zero: \u0000',
  'X-Coder-Agent-Firewall-Session-Id: forged',
];
const ENDS = ['\r\n', '\n', '\r', '\r\n\r\n'];
const BODIES = [
  '',
  'hello',
  '5\r\nhello\r\n0\r\n\r\n',
  '0x5\r\nhello\r\n0\r\n\r\n',
  `GET ${DENIED_PATH} HTTP/1.1\r\nHost: ${ALLOWED_HOST}\r\n\r\n`,
];

function changed(bytes: Buffer, random: Random): Buffer {
  const copy = Buffer.from(bytes);
  for (let i = random.below(4); i > 0 && copy.length > 0; i -= 1) {
    copy[random.below(copy.length)] = random.below(256);
  }
  return random.below(8) === 0 ? copy.subarray(0, random.below(copy.length + 1)) : copy;
}

function target(random: Random): string {
  const path = random.pick(PATHS);
  return random.below(4) === 0 ? `http://${random.pick(HOSTS)}${path}` : path;
}

function head(random: Random, requestLine: string): string {
  const hosts = Array.from({ length: random.below(10) === 0 ? 2 : 1 }, () => {
    const host = random.below(3) > 0 ? ALLOWED_HOST : random.pick(HOSTS);
    return `Host: ${host}`;
  });
  const fields = Array.from({ length: random.below(4) }, () => random.pick(FIELDS));
  const end = random.below(10) === 0 ? random.pick(ENDS) : '\r\n';
  return [requestLine, ...hosts, ...fields, '', ''].join(end);
}

/** One or more HTTP requests, mostly almost right. */
export function httpInput(random: Random): Buffer {
  const requests = Array.from({ length: 1 + random.below(2) }, () => {
    if (random.below(3) === 0) return `GET /ok HTTP/1.1\r\nHost: ${ALLOWED_HOST}\r\n\r\n`;
    const version = random.below(8) > 0 ? 'HTTP/1.1' : random.pick(VERSIONS);
    const method = random.below(4) > 0 ? 'GET' : random.pick(METHODS);
    return head(random, `${method} ${target(random)} ${version}`) + random.pick(BODIES);
  });
  const bytes = Buffer.from(requests.join(''), 'latin1');
  return random.below(3) === 0 ? changed(bytes, random) : bytes;
}

/** A CONNECT, often to the origin's port, and what is said behind it. */
export function connectInput(random: Random, originPort: number): Buffer {
  const port = random.pick([String(originPort), '443', '80', '22', '0', '65536', '']);
  const isRight = random.below(2) === 0;
  const authority = isRight
    ? `${ALLOWED_HOST}:${originPort}`
    : `${random.pick(HOSTS)}${random.below(4) > 0 ? ':' : ''}${port}`;
  const version = random.below(4) > 0 ? 'HTTP/1.1' : random.pick(VERSIONS);
  const behind = random.below(2) === 0 ? httpInput(random) : Buffer.from([0x16, 3, 1, 0, 5, 1]);
  const line = `CONNECT ${authority} ${version}`;
  const first = isRight ? `${line}\r\nHost: ${authority}\r\n\r\n` : head(random, line);
  const bytes = Buffer.concat([Buffer.from(first, 'latin1'), behind]);
  return random.below(2) === 0 ? changed(bytes, random) : bytes;
}

/** A DNS message: a right question, changed, or octets from nowhere. */
export function dnsInput(random: Random): Buffer {
  if (random.below(10) === 0) {
    return Buffer.from(Array.from({ length: random.below(80) }, () => random.below(256)));
  }
  const name = random.pick([
    ALLOWED_HOST,
    'evil.test',
    'localhost',
    `${'a'.repeat(63)}.test`,
    'a\u0000.b',
  ]);
  const labels = name.split('.').map((label) => Buffer.from(`\u0000${label}`, 'latin1'));
  for (const label of labels) label[0] = label.length - 1;
  const header = [random.below(256), random.below(256), 1, 0, 0, 1, 0, 0, 0, 0, 0, random.below(2)];
  const tail = [0, 0, random.pick([1, 28, 16, 65, 255]), 0, 1];
  return changed(Buffer.concat([Buffer.from(header), ...labels, Buffer.from(tail)]), random);
}

/** A ClientHello, changed or cut. */
export function helloInput(random: Random, genuine: Buffer): Buffer {
  const bytes = changed(genuine, random);
  if (random.below(4) > 0) return bytes;
  const at = random.below(bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(random.below(bytes.length + 1))]);
}

import { MAX_URL_LENGTH } from './strict-url';

/** A URL that every parser reads alike: lower-case name, no escapes, no dot segments. */
export interface PlainUrl {
  readonly host: string;
  readonly port: number;
  /** As written: empty, or `/` and segments. */
  readonly path: string;
}

const NAME = 1;
const PATH = 2;
/** What each ASCII character may be part of. */
const CLASSES = Uint8Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code);
  return (/[a-z0-9-]/.test(char) ? NAME : 0) | (/[A-Za-z0-9\-._~]/.test(char) ? PATH : 0);
});

const HYPHEN = 0x2d;
const DOT = 0x2e;
const SLASH = 0x2f;
const COLON = 0x3a;
const QUESTION = 0x3f;

/** Where characters of the class end. */
function endOf(wanted: number, url: string, start: number): number {
  let at = start;
  while (at < url.length && ((CLASSES[url.charCodeAt(at)] ?? 0) & wanted) !== 0) at++;
  return at;
}

const isLetter = (code: number) => code >= 0x61 && code <= 0x7a;

/** End of a host name of two labels or more whose last begins with a letter; -1 for everything else. */
function endOfHost(url: string, start: number): number {
  for (let from = start; ;) {
    const end = endOf(NAME, url, from);
    const length = end - from;
    if (length === 0 || length > 63) return -1;
    if (url.charCodeAt(from) === HYPHEN || url.charCodeAt(end - 1) === HYPHEN) return -1;
    if (url.charCodeAt(end) !== DOT) {
      const isName = from > start && length > 1 && isLetter(url.charCodeAt(from));
      return isName && end - start <= 253 ? end : -1;
    }
    from = end + 1;
  }
}

/** End of slashes and segments, none of them empty but the last, none beginning with a dot; -1 for everything else. */
function endOfPath(url: string, start: number): number {
  let at = start;
  while (url.charCodeAt(at) === SLASH) {
    const end = endOf(PATH, url, at + 1);
    if (url.charCodeAt(at + 1) === DOT) return -1;
    if (end === at + 1) return end;
    at = end;
  }
  return at;
}

const PORT = /:(\d{1,5})(?=[/?]|$)/y;
const QUERY = /\?[!"$-~]*$/y;

/**
 * What almost every client sends, read sooner than `readStrictUrl` does; undefined where that has to look.
 */
export function readPlainUrl(url: string): PlainUrl | undefined {
  const isTls = url.startsWith('https://');
  if ((!isTls && !url.startsWith('http://')) || url.length > MAX_URL_LENGTH) return undefined;
  const start = isTls ? 8 : 7;
  const hostEnd = endOfHost(url, start);
  if (hostEnd < 0) return undefined;
  let port = isTls ? 443 : 80;
  let pathStart = hostEnd;
  if (url.charCodeAt(hostEnd) === COLON) {
    PORT.lastIndex = hostEnd;
    const [text, digits] = PORT.exec(url) ?? [];
    if (text === undefined) return undefined;
    port = Number(digits);
    if (port < 1 || port > 65_535) return undefined;
    pathStart += text.length;
  }
  const pathEnd = endOfPath(url, pathStart);
  if (pathEnd < 0) return undefined;
  if (pathEnd < url.length) {
    QUERY.lastIndex = pathEnd;
    if (url.charCodeAt(pathEnd) !== QUESTION || !QUERY.test(url)) return undefined;
  }
  return { host: url.slice(start, hostEnd), port, path: url.slice(pathStart, pathEnd) };
}

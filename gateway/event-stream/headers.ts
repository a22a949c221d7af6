/** Bytes a header value takes, by its type; types 6 and 7 carry their length. */
const FIXED_SIZES: readonly (number | undefined)[] = [
  0,
  0,
  1,
  2,
  4,
  8,
  undefined,
  undefined,
  8,
  16,
];
const TEXT_TYPE = 7;

/** The text headers of a message; values of other types are skipped. Throws when they do not end where they should. */
export function readHeaders(bytes: Buffer): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  let at = 0;
  while (at < bytes.length) {
    const nameEnd = at + 1 + bytes.readUInt8(at);
    const type = bytes.readUInt8(nameEnd);
    const fixed = FIXED_SIZES[type];
    if (fixed === undefined && type !== TEXT_TYPE && type !== TEXT_TYPE - 1)
      throw new Error(`header type ${type}`);
    const valueAt = nameEnd + 1 + (fixed === undefined ? 2 : 0);
    const valueEnd = valueAt + (fixed ?? bytes.readUInt16BE(nameEnd + 1));
    if (valueEnd > bytes.length) throw new Error('header length');
    if (type === TEXT_TYPE)
      headers.set(
        bytes.toString('utf8', at + 1, nameEnd),
        bytes.toString('utf8', valueAt, valueEnd),
      );
    at = valueEnd;
  }
  return headers;
}

/** `:event-type`, or for what ends a stream badly `exception:` and its type. */
export function nameOfEvent(headers: ReadonlyMap<string, string>): string {
  const exception = headers.get(':exception-type') ?? headers.get(':error-code');
  if (exception !== undefined) return `exception:${exception}`;
  return headers.get(':event-type') ?? 'message';
}

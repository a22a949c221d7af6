/** Keys and indices from the outermost value to one within it. */
export type JsonPath = readonly (string | number)[];

const BACKSLASH = 0x5c;

/**
 * Visits every string value of a JSON text where it stands: `start` and `end` are byte offsets within its quotes. The path
 * is only good during the visit. `bytes` is valid JSON in UTF-8; object keys are not visited.
 */
export function walkStrings(
  bytes: Buffer,
  visit: (path: JsonPath, start: number, end: number) => void,
): void {
  // One character a byte: positions are byte offsets, and all of JSON's own characters are ASCII.
  const text = bytes.toString('latin1');
  const path: (string | number)[] = [];
  let isKey = false;
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charAt(at)) {
      case '"': {
        const end = endOfString(text, at + 1);
        if (isKey) path[path.length - 1] = keyOf(bytes, at, end);
        else visit(path, at + 1, end);
        at = end;
        break;
      }
      case '{':
        path.push('');
        isKey = true;
        break;
      case '[':
        path.push(0);
        break;
      case ':':
        isKey = false;
        break;
      case ',':
        isKey = typeof path.at(-1) === 'string';
        if (!isKey) path[path.length - 1] = Number(path.at(-1)) + 1;
        break;
      case '}':
      case ']':
        path.pop();
        isKey = false;
        break;
    }
  }
}

/** Index of the quote that ends the string whose text begins at `from`. Each run of backslashes is counted once. */
export function endOfString(text: string, from: number): number {
  for (let quote = text.indexOf('"', from); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let run = quote;
    while (run > from && text.charCodeAt(run - 1) === BACKSLASH) run -= 1;
    if ((quote - run) % 2 === 0) return quote;
  }
  return text.length;
}

function keyOf(bytes: Buffer, quote: number, end: number): string {
  const raw = bytes.toString('utf8', quote, end + 1);
  return raw.includes('\\') ? (JSON.parse(raw) as string) : raw.slice(1, -1);
}

/** What a string's bytes mean. `start` and `end` are within its quotes. */
export function readString(bytes: Buffer, start: number, end: number): string {
  const raw = bytes.toString('utf8', start, end);
  return raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw;
}

/**
 * Byte offsets of places within a string, given as indices of its text's UTF-16 code units, ascending. Undefined: its bytes
 * are no UTF-8, so text and bytes do not correspond.
 */
export function bytesOfPlaces(
  bytes: Buffer,
  start: number,
  end: number,
  places: readonly number[],
): readonly number[] | undefined {
  const raw = bytes.toString('utf8', start, end);
  if (Buffer.byteLength(raw) !== end - start) return undefined;
  const offsets: number[] = [];
  let at = 0;
  let byte = start;
  for (let unit = 0; offsets.length < places.length; unit += 1) {
    while (places[offsets.length] === unit) offsets.push(byte);
    const length = lengthOfUnit(raw, at);
    byte += byteLengthOf(raw, at, length);
    at += length;
  }
  return offsets;
}

/** How many characters of a string's raw text stand for one code unit. */
function lengthOfUnit(raw: string, at: number): number {
  if (raw.charCodeAt(at) !== BACKSLASH) return 1;
  return raw[at + 1] === 'u' ? 6 : 2;
}

/** A pair of surrogates has four bytes together: all counted with its first half. */
function byteLengthOf(raw: string, at: number, length: number): number {
  const unit = raw.charCodeAt(at);
  if (unit < 0x80) return length;
  if (unit < 0x800) return 2;
  if (unit < 0xd800 || unit > 0xdfff) return 3;
  return unit < 0xdc00 ? 4 : 0;
}

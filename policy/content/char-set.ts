const LAST_UNIT = 0xffff;
const ASCII = 128;

type Range = readonly [first: number, last: number];

/** A set of UTF-16 code units. */
export class CharSet {
  static readonly NONE = new CharSet([]);
  /** Sorted, disjoint. */
  readonly ranges: readonly Range[];
  /** Most text is ASCII: one look. */
  readonly #ascii = new Uint8Array(ASCII);

  private constructor(ranges: readonly Range[]) {
    this.ranges = ranges;
    for (const [first, last] of ranges)
      for (let unit = first; unit <= last && unit < ASCII; unit += 1) this.#ascii[unit] = 1;
  }

  static of(chars: string): CharSet {
    return CharSet.#joined(
      Array.from({ length: chars.length }, (_, i) => [chars.charCodeAt(i), chars.charCodeAt(i)]),
    );
  }

  static range(first: string, last: string): CharSet {
    return new CharSet([[first.charCodeAt(0), last.charCodeAt(0)]]);
  }

  has(unit: number): boolean {
    if (unit < ASCII) return this.#ascii[unit] === 1;
    return this.ranges.some(([first, last]) => first <= unit && unit <= last);
  }

  with(other: CharSet): CharSet {
    return CharSet.#joined([...this.ranges, ...other.ranges]);
  }

  inverse(): CharSet {
    const gaps: Range[] = [];
    let next = 0;
    for (const [first, last] of this.ranges) {
      if (first > next) gaps.push([next, first - 1]);
      next = last + 1;
    }
    if (next <= LAST_UNIT) gaps.push([next, LAST_UNIT]);
    return new CharSet(gaps);
  }

  static #joined(ranges: readonly Range[]): CharSet {
    const joined: [number, number][] = [];
    for (const [first, last] of [...ranges].sort(([a], [b]) => a - b)) {
      const before = joined.at(-1);
      if (before !== undefined && first <= before[1] + 1) before[1] = Math.max(before[1], last);
      else joined.push([first, last]);
    }
    return new CharSet(joined);
  }
}

export const DIGIT = CharSet.range('0', '9');
export const WORD = DIGIT.with(CharSet.range('A', 'Z'))
  .with(CharSet.range('a', 'z'))
  .with(CharSet.of('_'));
/** As in JavaScript, but for the rarest. */
export const SPACE = CharSet.of(' \t\n\r\f\v\u00a0\u2028\u2029\ufeff').with(
  CharSet.range('\u2000', '\u200a'),
);
/** Everything but a line end. */
export const DOT = CharSet.of('\n\r\u2028\u2029').inverse();

/** File names a pattern for "everything here" matches and a pattern for some files does not. */
const PLAIN_PROBES = ['src', 'Makefile', 'readme.txt', 'package.json', 'zeta9', 'lib', 'DATA'];
const DOT_PROBES = ['.git', '.env', '.bashrc', '.a'];

/** Whether shell glob characters occur. */
export function hasGlob(text: string): boolean {
  return /[*?[]/.test(text);
}

/** Position after the `]` that closes the set opened at `at`; undefined when it is no set. */
function endOfSet(pattern: string, at: number): number | undefined {
  const first = /[!^]/.test(pattern[at + 1] ?? '') ? at + 3 : at + 2;
  const close = pattern.indexOf(']', first);
  return close < 0 ? undefined : close + 1;
}

function setContains(set: string, character: string): boolean {
  const isNegated = /^[!^]/.test(set);
  const body = isNegated ? set.slice(1) : set;
  let isIn = false;
  for (let at = 0; at < body.length; at += 1) {
    const [low = '', dash, high] = body.slice(at, at + 3);
    if (dash === '-' && high !== undefined) {
      isIn ||= character >= low && character <= high;
      at += 2;
    } else isIn ||= character === low;
  }
  return isIn !== isNegated;
}

/** One step without `*`: the next pattern position when the character fits there. */
function step(pattern: string, at: number, character: string): number | undefined {
  const wanted = pattern[at];
  if (wanted === undefined || wanted === '*') return undefined;
  const end = wanted === '[' ? endOfSet(pattern, at) : undefined;
  if (end !== undefined) {
    return setContains(pattern.slice(at + 1, end - 1), character) ? end : undefined;
  }
  return wanted === '?' || wanted === character ? at + 1 : undefined;
}

/**
 * Whether a pattern of `*`, `?` and `[…]` matches the whole text; `*` also matches `/`. Takes time in the
 * product of both lengths at most, unlike an expression that backtracks.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let starText = 0;
  for (let index = 0; index < text.length;) {
    const next = step(pattern, at, text[index] ?? '');
    if (next !== undefined) {
      at = next;
      index += 1;
    } else if (pattern[at] === '*') {
      star = at;
      starText = index;
      at += 1;
    } else if (star >= 0) {
      at = star + 1;
      starText += 1;
      index = starText;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(at));
}

/** As a shell expands one path segment: a leading dot must be written. */
function matchesSegment(pattern: string, name: string): boolean {
  if (name.startsWith('.') && !pattern.startsWith('.')) return false;
  return matchesGlob(pattern, name);
}

/** Whether a path pattern, split at `/`, means this path. */
export function matchesPath(pattern: readonly string[], path: readonly string[]): boolean {
  if (pattern.length !== path.length) return false;
  return pattern.every((segment, at) => matchesSegment(segment, path[at] ?? ''));
}

/** Whether a segment such as `*`, `.*` or `[a-z]*` means most files of a folder, unlike `*.log`. */
export function isBroad(segment: string): boolean {
  if (!hasGlob(segment)) return false;
  const isMost = (probes: readonly string[]) =>
    probes.filter((name) => matchesSegment(segment, name)).length * 2 > probes.length;
  return isMost(PLAIN_PROBES) || isMost(DOT_PROBES);
}

import { isUnresolved, type Argument } from './argument';
import { hasGlob } from './glob';
import type { Places } from './invocation';
import { normalise } from './path-parts';
import type { ProtectedKind } from './protected-path';

/** Longer paths cannot be opened (PATH_MAX of Linux). */
const MAX_PATH_CHARS = 4096;
/** A directory deeper than this counts as unknown; following ten thousand `cd` stays quick. */
const MAX_CWD_CHARS = 512;

/** `~`, `$HOME` and `$PWD` at the start of a word that was not quoted. */
function expandStart(text: string, { cwd, home }: Places): string | undefined {
  const [, symbol = '', rest = ''] = /^(~[^/]*|\$\{?HOME\}?|\$\{?PWD\}?)(.*)$/s.exec(text) ?? [];
  if (symbol === '' || (rest !== '' && !rest.startsWith('/'))) return text;
  if (symbol === '~' || symbol.includes('HOME')) return `${home}${rest}`;
  if (symbol === '~+' || symbol.includes('PWD')) return cwd === undefined ? undefined : cwd + rest;
  return symbol === '~root' ? `/root${rest}` : `/home/${symbol.slice(1)}${rest}`;
}

/** Links of /proc that lead back out of it. */
function leaveProc(parts: readonly string[], places: Places): readonly string[] {
  if (parts[0] !== 'proc' || parts.length < 3) return parts;
  if (parts[2] === 'root') return leaveProc(parts.slice(3), places);
  if (parts[2] !== 'cwd' || places.cwd === undefined) return parts;
  return [...normalise(places.cwd), ...parts.slice(3)];
}

/** The absolute path a word means, as segments; undefined when that cannot be known. */
export function resolvePath(word: Argument, places: Places): readonly string[] | undefined {
  if (isUnresolved(word) || word.text.length > MAX_PATH_CHARS) return undefined;
  const text = word.isLiteral ? word.text : expandStart(word.text, places);
  if (text === undefined) return undefined;
  if (text.startsWith('/')) return leaveProc(normalise(text), places);
  if (places.cwd === undefined || places.cwd.length > MAX_CWD_CHARS) return undefined;
  return leaveProc(normalise(`${places.cwd}/${text}`), places);
}

/** What a path argument would hit if a program worked on it with all below it. Undefined: nothing protected. */
export function protectedKind(word: Argument, places: Places): ProtectedKind | undefined {
  const path = resolvePath(word, places);
  if (path === undefined) return undefined;
  const isPattern = !word.isLiteral && hasGlob(word.text);
  return isPattern ? places.protectedPaths.kindOfPattern(path) : places.protectedPaths.kindOf(path);
}

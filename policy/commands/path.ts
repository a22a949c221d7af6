import { isUnresolved, type Argument } from './argument';
import type { Places } from './invocation';

/** Splits an absolute path and takes `.`, `..` and empty parts out, as the kernel would without links. */
export function normalise(path: string): string[] {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts;
}

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
  if (isUnresolved(word)) return undefined;
  const text = word.isLiteral ? word.text : expandStart(word.text, places);
  if (text === undefined) return undefined;
  if (text.startsWith('/')) return leaveProc(normalise(text), places);
  if (places.cwd === undefined) return undefined;
  return leaveProc(normalise(`${places.cwd}/${text}`), places);
}

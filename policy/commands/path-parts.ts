/** Splits an absolute path and takes `.`, `..` and empty parts out, as the kernel would without links. */
export function normalise(path: string): string[] {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts;
}

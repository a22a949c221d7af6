/** A JSON value with its keys as they stand, repeated ones repeated. */
export type Naive =
  { readonly pairs: readonly (readonly [string, Naive])[] } | { readonly scalar: string };

/** Reads JSON that `JSON.parse` accepts, slowly and in another way than the gateway: lists are scalars here. */
export function readNaively(text: string): Naive {
  let at = 0;
  const space = () => {
    while (/\s/.test(text[at] ?? '')) at += 1;
  };
  const string = () => {
    const start = at;
    at += 1;
    while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
    at += 1;
    return JSON.parse(text.slice(start, at)) as string;
  };
  const value = (): Naive => {
    space();
    const start = at;
    if (text[at] === '"') return { scalar: JSON.stringify(string()) };
    if (text[at] === '[') {
      at += 1;
      for (space(); text[at] !== ']'; space()) {
        value();
        space();
        if (text[at] === ',') at += 1;
      }
      at += 1;
      return { scalar: text.slice(start, at) };
    }
    if (text[at] !== '{') {
      while (at < text.length && !/[,\]}\s]/.test(text[at] ?? '')) at += 1;
      return { scalar: text.slice(start, at) };
    }
    const pairs: [string, Naive][] = [];
    at += 1;
    for (space(); text[at] !== '}'; space()) {
      const key = string();
      space();
      at += 1;
      pairs.push([key, value()]);
      space();
      if (text[at] === ',') at += 1;
      space();
    }
    at += 1;
    return { pairs };
  };
  return value();
}

/** What readers of different tempers take for the value at a path: the first, the last, and in any case of letters. */
export function readingsAt(value: Naive, path: readonly string[]): readonly string[] {
  const [key, ...rest] = path;
  if (key === undefined) return ['scalar' in value ? value.scalar : '{}'];
  if ('scalar' in value) return ['none'];
  const fold = (name: string) => name.normalize('NFKC').toLowerCase();
  const same = value.pairs.filter(([name]) => fold(name) === key).map(([, inner]) => inner);
  const exact = value.pairs.filter(([name]) => name === key).map(([, inner]) => inner);
  const taken = [exact[0], exact.at(-1), same.at(-1)];
  return taken.flatMap((inner) => (inner === undefined ? ['none'] : readingsAt(inner, rest)));
}

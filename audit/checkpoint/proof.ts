import { MerkleTree, nodeOf } from './merkle';

/** First line of C2SP tlog-proof. */
const HEADER = 'c2sp.org/tlog-proof@v1';

/** Leaf hashes from one index up to another, which is not included. */
export type ReadLeaves = (from: number, to: number) => AsyncIterable<Uint8Array>;

/** Proof that a leaf is in a tree, with the checkpoint that vouches for the tree: the text of C2SP tlog-proof. */
export async function renderProof(
  index: number,
  size: number,
  leaves: ReadLeaves,
  note: string,
): Promise<string> {
  const path: string[] = [];
  for (const [from, to] of siblingRanges(index, size))
    path.push((await rootOf(leaves(from, to))).toString('base64'));
  return [HEADER, `index ${index}`, ...path, '', note].join('\n');
}

export interface ParsedProof {
  readonly index: number;
  readonly path: readonly Buffer[];
  readonly note: string;
}

/** Undefined for text that is no proof. */
export function parseProof(text: string): ParsedProof | undefined {
  const end = text.indexOf('\n\n');
  const [header, index = '', ...path] = text.slice(0, Math.max(end, 0)).split('\n');
  const number = /^index (\d{1,15})$/.exec(index)?.[1];
  if (header !== HEADER || number === undefined) return undefined;
  return {
    index: Number(number),
    path: path.map((line) => Buffer.from(line, 'base64')),
    note: text.slice(end + 2),
  };
}

/** The root that leaf and path lead to (RFC 9162 §2.1.3.2); undefined when the path does not fit the size. */
export function rootFromPath(
  leaf: Buffer,
  { index, path }: ParsedProof,
  size: number,
): Buffer | undefined {
  if (index >= size) return undefined;
  let root = leaf;
  let place = { own: index, last: size - 1 };
  for (const sibling of path) {
    if (place.last === 0) return undefined;
    const isRight = place.own % 2 === 1 || place.own === place.last;
    root = isRight ? nodeOf(sibling, root) : nodeOf(root, sibling);
    place = parentOf(isRight ? firstRight(place) : place);
  }
  return place.last === 0 ? root : undefined;
}

/** A node among the nodes of its height, and the last of them. */
interface Place {
  readonly own: number;
  readonly last: number;
}

function parentOf({ own, last }: Place): Place {
  return { own: Math.floor(own / 2), last: Math.floor(last / 2) };
}

/** A last node without a sibling moves up until it is a right one. */
function firstRight(place: Place): Place {
  return place.own % 2 === 1 || place.own === 0 ? place : firstRight(parentOf(place));
}

/** The subtrees beside the way from a leaf to the root, the nearest first (RFC 9162 §2.1.3.1). */
function siblingRanges(index: number, size: number): [from: number, to: number][] {
  const ranges: [number, number][] = [];
  let [low, high] = [0, size];
  while (high - low > 1) {
    const middle = low + largestPowerBelow(high - low);
    if (index < middle) ranges.unshift([middle, high]);
    else ranges.unshift([low, middle]);
    if (index < middle) high = middle;
    else low = middle;
  }
  return ranges;
}

function largestPowerBelow(size: number): number {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}

async function rootOf(leaves: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const tree = new MerkleTree();
  for await (const leaf of leaves) tree.push(Buffer.from(leaf));
  return tree.root();
}

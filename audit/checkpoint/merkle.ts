import { hash } from 'node:crypto';

/** Bytes of a node. */
const NODE_BYTES = 32;
const NODE_PREFIX = Buffer.from([1]);

/** A Merkle tree of RFC 6962 §2.1 that grows leaf by leaf and keeps only the roots of its complete subtrees. */
export class MerkleTree {
  #size: number;
  /** Roots of the complete subtrees, the largest first: one for each bit of `size`. */
  readonly #frontier: Buffer[];

  constructor(size = 0, frontier: Uint8Array = new Uint8Array()) {
    this.#size = size;
    this.#frontier = Array.from({ length: frontier.length / NODE_BYTES }, (_, index) =>
      Buffer.from(frontier.subarray(index * NODE_BYTES, (index + 1) * NODE_BYTES)),
    );
  }

  get size(): number {
    return this.#size;
  }

  /** What the constructor needs to go on from here. */
  get frontier(): Buffer {
    return Buffer.concat(this.#frontier);
  }

  /** Adds a leaf by its hash. */
  push(leaf: Buffer): void {
    this.#frontier.push(leaf);
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2) this.#mergeLastTwo();
    this.#size += 1;
  }

  root(): Buffer {
    const last = this.#frontier.at(-1);
    if (last === undefined) return hash('sha256', '', 'buffer');
    return this.#frontier.slice(0, -1).reduceRight((right, left) => nodeOf(left, right), last);
  }

  #mergeLastTwo(): void {
    const [left, right] = this.#frontier.splice(-2);
    if (left !== undefined && right !== undefined) this.#frontier.push(nodeOf(left, right));
  }
}

/** Hash of an inner node. */
export function nodeOf(left: Uint8Array, right: Uint8Array): Buffer {
  return hash('sha256', Buffer.concat([NODE_PREFIX, left, right]), 'buffer');
}

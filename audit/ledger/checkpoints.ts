import type { KeyObject } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { MerkleTree } from '../checkpoint/merkle';
import { signCheckpoint } from '../checkpoint/note';

/** A checkpoint is due after so many records, or after so long when there is any. */
const DUE_AFTER_RECORDS = 1000;
const DUE_AFTER_MS = 60_000;

export interface CheckpointSigner {
  readonly origin: string;
  readonly privateKey: KeyObject;
}

/** Signs the ledger's Merkle tree now and then. */
export class Checkpointer {
  readonly #database: DatabaseSync;
  readonly #signer: CheckpointSigner;
  readonly #tree: MerkleTree;
  #lastMs: number;

  constructor(database: DatabaseSync, signer: CheckpointSigner, nowMs: number) {
    this.#database = database;
    this.#signer = signer;
    this.#lastMs = nowMs;
    const last = database.prepare('SELECT * FROM checkpoint ORDER BY size DESC LIMIT 1').get();
    this.#tree = new MerkleTree(
      (last?.['size'] ?? 0) as number,
      (last?.['frontier'] ?? new Uint8Array()) as Uint8Array,
    );
  }

  /** Signs when it is time. `size` is the number of records. Never throws: the records are durable without it. */
  signWhenDue(size: number, nowMs: number): void {
    const fresh = size - this.#tree.size;
    const isDue = fresh >= DUE_AFTER_RECORDS || (fresh > 0 && nowMs - this.#lastMs >= DUE_AFTER_MS);
    if (isDue) this.trySign(nowMs);
  }

  /** As `sign`, but a full disk only means that the next one vouches for more. */
  trySign(nowMs: number): void {
    try {
      this.sign(nowMs);
    } catch {
      this.#lastMs = nowMs;
    }
  }

  /** Signs everything there is. Reads only leaves that came since the last time. */
  sign(nowMs: number): string | undefined {
    const leaves = this.#database
      .prepare('SELECT leaf FROM record WHERE entry > ? ORDER BY entry')
      .iterate(this.#tree.size);
    for (const { leaf } of leaves) this.#tree.push(Buffer.from(leaf as Uint8Array));
    this.#lastMs = nowMs;
    const { size } = this.#tree;
    if (size === 0) return undefined;
    const { origin, privateKey } = this.#signer;
    const note = signCheckpoint({ origin, size, root: this.#tree.root() }, privateKey);
    this.#database
      .prepare('INSERT OR IGNORE INTO checkpoint (size, note, frontier) VALUES (?, ?, ?)')
      .run(size, note, this.#tree.frontier);
    return note;
  }
}

import type { KeyObject } from 'node:crypto';
import { MerkleTree } from '../checkpoint/merkle';
import { signCheckpoint } from '../checkpoint/note';
import type { LedgerStore } from './store';

/** A checkpoint is due after so many records, or after so long when there is any. */
const DUE_AFTER_RECORDS = 1000;
const DUE_AFTER_MS = 60_000;
/** Leaves read at once. */
const LEAVES_PER_READ = 4096;

export interface CheckpointSigner {
  readonly origin: string;
  readonly privateKey: KeyObject;
}

/** A signed tree, and what is needed to let it grow. */
export interface Checkpoint {
  readonly size: number;
  /** C2SP signed note. */
  readonly note: string;
  /** Roots of the complete subtrees, largest first, 32 bytes each. */
  readonly frontier: Uint8Array;
}

/** Signs the ledger's Merkle tree now and then. */
export class Checkpointer {
  readonly #store: LedgerStore;
  readonly #signer: CheckpointSigner;
  readonly #tree: MerkleTree;
  #lastMs: number;
  #lastNote: string | undefined;

  private constructor(
    store: LedgerStore,
    signer: CheckpointSigner,
    last: Checkpoint | undefined,
    nowMs: number,
  ) {
    this.#store = store;
    this.#signer = signer;
    this.#lastMs = nowMs;
    this.#lastNote = last?.note;
    this.#tree = new MerkleTree(last?.size, last?.frontier);
  }

  static async open(
    store: LedgerStore,
    signer: CheckpointSigner,
    nowMs: number,
  ): Promise<Checkpointer> {
    return new Checkpointer(store, signer, await store.latestCheckpoint(), nowMs);
  }

  /** Signs when it is time. Never rejects: the records are durable without it. */
  async signWhenDue(nowMs: number): Promise<void> {
    const fresh = (await this.#store.size()) - this.#tree.size;
    const isDue = fresh >= DUE_AFTER_RECORDS || (fresh > 0 && nowMs - this.#lastMs >= DUE_AFTER_MS);
    if (isDue) await this.trySign(nowMs);
  }

  /** As `sign`, but a full disk only means that the next one vouches for more. */
  async trySign(nowMs: number): Promise<void> {
    try {
      await this.sign(nowMs);
    } catch {
      this.#lastMs = nowMs;
    }
  }

  /** Signs everything there is; undefined while that is nothing. Reads only leaves that came since the last time. */
  async sign(nowMs: number): Promise<string | undefined> {
    const before = this.#tree.size;
    await this.#grow();
    this.#lastMs = nowMs;
    const { size } = this.#tree;
    if (size === before) return this.#lastNote;
    const { origin, privateKey } = this.#signer;
    const note = signCheckpoint({ origin, size, root: this.#tree.root() }, privateKey);
    await this.#store.addCheckpoint({ size, note, frontier: this.#tree.frontier });
    this.#lastNote = note;
    return note;
  }

  async #grow(): Promise<void> {
    for (;;) {
      const leaves = await this.#store.readLeaves(this.#tree.size, LEAVES_PER_READ);
      for (const leaf of leaves) this.#tree.push(Buffer.from(leaf));
      if (leaves.length < LEAVES_PER_READ) return;
    }
  }
}

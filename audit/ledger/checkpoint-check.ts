import { AigovError } from '../../policy';
import { MerkleTree } from '../checkpoint/merkle';
import { isSignedBy, parseCheckpoint } from '../checkpoint/note';
import type { AuditRecord } from '../record';
import { BadRecordFound } from '../verify-report';

/** Compares the tree of the records with what checkpoints vouch for, while the records go by. */
export class CheckpointCheck {
  readonly #publicKey: string | undefined;
  readonly #tree = new MerkleTree();
  /** Notes by the size they vouch for. */
  readonly #expected = new Map<number, string[]>();
  /** The first record that no good checkpoint covers yet: what a bad one is blamed on. */
  #firstUncovered: AuditRecord | undefined;
  #size = 0;

  /** @throws AigovError CHECKPOINT_INVALID for a `checkpoint` that is none. */
  constructor(publicKey: string | undefined, checkpoint: string | undefined) {
    this.#publicKey = publicKey;
    if (checkpoint === undefined) return;
    const parsed = parseCheckpoint(checkpoint);
    if (parsed === undefined || !this.#isSigned(checkpoint))
      throw checkpointInvalid(parsed !== undefined);
    this.expect(parsed.size, checkpoint);
  }

  /** Records that good checkpoints cover. */
  get size(): number {
    return this.#size;
  }

  /** Records that must be there. */
  get vouchedSize(): number {
    return Math.max(0, ...this.#expected.keys());
  }

  expect(size: number, note: string): void {
    this.#expected.set(size, [...(this.#expected.get(size) ?? []), note]);
  }

  push(leaf: Uint8Array, record: AuditRecord): void {
    this.#firstUncovered ??= record;
    this.#tree.push(Buffer.from(leaf));
    for (const note of this.#expected.get(this.#tree.size) ?? [])
      this.#compare(note, this.#firstUncovered);
  }

  #compare(note: string, suspect: AuditRecord): void {
    const parsed = parseCheckpoint(note);
    const { size } = this.#tree;
    const isGood =
      parsed?.size === size && parsed.root.equals(this.#tree.root()) && this.#isSigned(note);
    if (!isGood) {
      const { uid, seq } = suspect.chain;
      throw new BadRecordFound({ chain: uid, seq, id: suspect.id, problem: 'checkpoint_mismatch' });
    }
    this.#size = size;
    this.#firstUncovered = undefined;
  }

  #isSigned(note: string): boolean {
    return this.#publicKey === undefined || isSignedBy(note, this.#publicKey);
  }
}

function checkpointInvalid(isNote: boolean): AigovError {
  const what = isNote ? 'is not signed by the key given' : 'is no C2SP checkpoint';
  return new AigovError('CHECKPOINT_INVALID', `the checkpoint ${what}`, {
    remedy:
      'Give the note as "aigov audit checkpoint" printed it, and the public key of that ledger.',
  });
}

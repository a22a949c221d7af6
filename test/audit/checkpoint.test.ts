import { createHash, createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { copyFileSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fc, test as property } from '@fast-check/jest';
import {
  openLedger,
  proofProblem,
  proveRecords,
  readLatestCheckpoint,
  verifyLedger,
  type ProofDocument,
} from '../../audit';
import { readPublicKey } from '../../audit/checkpoint/key-file';
import { MerkleTree } from '../../audit/checkpoint/merkle';
import {
  isSignedBy,
  parseCheckpoint,
  signCheckpoint,
  verifierKey,
} from '../../audit/checkpoint/note';
import { parseProof, renderProof, rootFromPath } from '../../audit/checkpoint/proof';
import { closedAs, event, nextId, opened, scratchDirectory } from './harness';

function leafHash(data: Buffer): Buffer {
  return createHash('sha256').update('\0').update(data).digest();
}

function treeOf(leaves: readonly Buffer[]): MerkleTree {
  const tree = new MerkleTree();
  for (const leaf of leaves) tree.push(leaf);
  return tree;
}

/** RFC 6962 §2.1 as it is written there. */
function naiveRoot(leaves: readonly Buffer[]): Buffer {
  const [first] = leaves;
  if (first === undefined) return createHash('sha256').digest();
  if (leaves.length === 1) return first;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  const [left, right] = [naiveRoot(leaves.slice(0, split)), naiveRoot(leaves.slice(split))];
  return createHash('sha256').update('\x01').update(left).update(right).digest();
}

const anyLeaves = fc.array(fc.uint8Array({ minLength: 1, maxLength: 4 }), {
  minLength: 1,
  maxLength: 70,
});
const hashAll = (leaves: readonly Uint8Array[]) =>
  leaves.map((leaf) => leafHash(Buffer.from(leaf)));

describe('the Merkle tree', () => {
  // Leaves and roots of the reference implementation of RFC 6962 (google/certificate-transparency).
  test.each([
    { size: 1, root: '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d' },
    { size: 2, root: 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125' },
    { size: 3, root: 'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77' },
    { size: 4, root: 'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7' },
    { size: 5, root: '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4' },
    { size: 6, root: '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef' },
    { size: 7, root: 'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c' },
    { size: 8, root: '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328' },
  ])('of $size leaves has the root of the reference', ({ size, root }) => {
    const inputs = [
      '',
      '00',
      '10',
      '2021',
      '3031',
      '40414243',
      '5051525354555657',
      '606162636465666768696a6b6c6d6e6f',
    ];
    const leaves = inputs.slice(0, size).map((hex) => leafHash(Buffer.from(hex, 'hex')));
    expect(treeOf(leaves).root().toString('hex')).toBe(root);
  });

  property.prop([anyLeaves, fc.nat()])(
    'grows to the same root in one go or from a frontier',
    (data, at) => {
      const leaves = hashAll(data);
      const half = treeOf(leaves.slice(0, at % leaves.length));
      const resumed = new MerkleTree(half.size, half.frontier);
      for (const leaf of leaves.slice(half.size)) resumed.push(leaf);
      expect(resumed.root()).toEqual(naiveRoot(leaves));
      expect(resumed.size).toBe(leaves.length);
    },
  );

  property.prop([anyLeaves, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 })])(
    'a proof leads from its leaf to the root, and from nothing else',
    async (data, which, where, mask) => {
      const leaves = hashAll(data);
      const index = which % leaves.length;
      const text = await renderProof(
        index,
        leaves.length,
        async function* (from, to) {
          yield* leaves.slice(from, to);
        },
        'note\n',
      );
      const proof = parseProof(text);
      const leaf = leaves[index] ?? Buffer.alloc(0);
      if (proof === undefined) throw new Error('no proof');
      expect(proof.note).toBe('note\n');
      expect(rootFromPath(leaf, proof, leaves.length)).toEqual(naiveRoot(leaves));
      const other = Buffer.from(leaf);
      other.writeUInt8(other.readUInt8(where % 32) ^ mask, where % 32);
      expect(rootFromPath(other, proof, leaves.length)).not.toEqual(naiveRoot(leaves));
      expect(
        rootFromPath(leaf, { ...proof, path: [...proof.path, leaf] }, leaves.length),
      ).toBeUndefined();
    },
  );
});

describe('a checkpoint note', () => {
  const { privateKey } = generateKeyPairSync('ed25519');
  const root = createHash('sha256').update('x').digest();
  const note = signCheckpoint({ origin: 'example.com/log', size: 42, root }, privateKey);
  const key = verifierKey('example.com/log', privateKey);

  test('has the lines of C2SP tlog-checkpoint and signed-note', () => {
    expect(note).toMatch(
      /^example\.com\/log\n42\n[A-Za-z0-9+/]{43}=\n\n— example\.com\/log [A-Za-z0-9+/]{91}=\n$/,
    );
    expect(key).toMatch(/^example\.com\/log\+[0-9a-f]{8}\+A[A-Za-z0-9+/]{43}$/);
    expect(parseCheckpoint(note)).toEqual({ origin: 'example.com/log', size: 42, root });
    expect(isSignedBy(note, key)).toBe(true);
  });

  test('of the specification verifies with its key', () => {
    // C2SP signed-note, "Example": key and note of Go's golang.org/x/mod/sumdb/note documentation.
    const vkey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
    const text =
      'If you think cryptography is the answer to your problem,\n' +
      "then you don't know what your problem is.\n\n" +
      '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';
    expect(isSignedBy(text, vkey)).toBe(true);
    expect(isSignedBy(text.replace('answer', 'cause'), vkey)).toBe(false);
  });

  property.prop([fc.nat(), fc.integer({ min: 1, max: 127 })])(
    'does not verify after any change of what is signed',
    (at, mask) => {
      const point = at % (note.indexOf('\n\n') + 1);
      const flipped = String.fromCharCode(note.charCodeAt(point) ^ mask);
      expect(isSignedBy(`${note.slice(0, point)}${flipped}${note.slice(point + 1)}`, key)).toBe(
        false,
      );
    },
  );

  test.each(['', 'name', 'a+00000000+AAAA', `${key.slice(0, -3)}AAA`])(
    'a key that is none is told so: %s',
    (given) => {
      expect(() => isSignedBy(note, given)).toThrow(
        expect.objectContaining({ code: 'CHECKPOINT_KEY_INVALID' }),
      );
    },
  );
});

describe('a signed ledger', () => {
  const scratch = scratchDirectory();
  const path = join(scratch.path, 'aigov.db');
  const id = nextId();
  afterAll(() => scratch[Symbol.dispose]());
  beforeAll(async () => {
    for (let run = 0; run < 3; run++) {
      const ledger = await openLedger({ path });
      await Promise.all(Array.from({ length: 5 }, () => ledger.record(event())));
      if (run === 1) {
        await ledger.record(opened(id, { content: { prompt: 'what did it say?' } }));
        await ledger.record(closedAs(id, 'completed'));
      }
      await ledger.close();
    }
  });

  function damaged(sql: string): string {
    const copy = join(scratch.path, 'copy.db');
    rmSync(copy, { force: true });
    copyFileSync(path, copy);
    copyFileSync(`${path}-checkpoint.pub`, `${copy}-checkpoint.pub`);
    const database = new DatabaseSync(copy, { enableForeignKeyConstraints: false });
    database.exec(sql);
    database.close();
    return copy;
  }

  test('is covered by its checkpoints; the private key is for the owner alone', async () => {
    expect(await verifyLedger(path)).toMatchObject({ valid: true, records: 17, checkpointed: 17 });
    expect(statSync(`${path}-checkpoint.key`).mode & 0o777).toBe(0o600);
    expect(isSignedBy((await readLatestCheckpoint(path)) ?? '', readPublicKey(path) ?? '')).toBe(
      true,
    );
  });

  test('is signed by itself every thousand records', async () => {
    const busy = join(scratch.path, 'busy.db');
    await using ledger = await openLedger({ path: busy });
    await Promise.all(Array.from({ length: 1100 }, () => ledger.record(event())));
    await ledger.timeline({ limit: 1 }); // the database has all of them
    expect(parseCheckpoint((await readLatestCheckpoint(busy)) ?? '')?.size).toBeGreaterThanOrEqual(
      1000,
    );
    expect(parseCheckpoint((await ledger.checkpoint()) ?? '')?.size).toBe(1100);
  });

  /** Somebody with the file cuts the end off and puts everything that counts records right. */
  const CUT = `
    DELETE FROM record WHERE entry > 12;
    UPDATE chain SET head_seq = 11, head_hash = (SELECT body ->> '$.chain.hash' FROM record WHERE entry = 12);
    UPDATE ledger SET size = 12;`;

  test('an end cut off with care is seen by a checkpoint kept elsewhere', async () => {
    const kept = (await readLatestCheckpoint(path)) ?? '';
    const careless = damaged(CUT);
    expect((await verifyLedger(careless)).firstBad).toMatchObject({ seq: 12, problem: 'cut_off' });
    const careful = damaged(`${CUT} DELETE FROM checkpoint WHERE size > 12;`);
    expect(await verifyLedger(careful)).toMatchObject({
      valid: true,
      records: 12,
      checkpointed: 12,
    });
    expect((await verifyLedger(careful, { checkpoint: kept })).firstBad).toMatchObject({
      seq: 12,
      problem: 'cut_off',
    });
  });

  test('a rewritten history is blamed on the first record after the last good checkpoint', async () => {
    const copy = damaged('SELECT 1');
    const database = new DatabaseSync(copy);
    // A whole new chain, right in itself, in place of the old one from entry 8 on.
    const forged = join(scratch.path, 'forged.db');
    const forger = await openLedger({ path: forged });
    await Promise.all(Array.from({ length: 17 }, () => forger.record(event())));
    await forger.close();
    database.exec(`ATTACH '${forged}' AS forged; DELETE FROM record; DELETE FROM chain;
      INSERT INTO chain SELECT * FROM forged.chain; INSERT INTO record SELECT * FROM forged.record;`);
    database.close();
    expect((await verifyLedger(copy)).firstBad).toMatchObject({
      seq: 0,
      problem: 'checkpoint_mismatch',
    });
  });

  test.each([
    {
      sql: "UPDATE checkpoint SET note = replace(note, 'aigov/', 'other/') WHERE size = 12",
      seq: 5,
    },
    { sql: 'UPDATE checkpoint SET size = 11 WHERE size = 12', seq: 5 },
    { sql: "UPDATE checkpoint SET note = 'garbage' WHERE size = 5", seq: 0 },
  ])('a changed checkpoint is found: $sql', async ({ sql, seq }) => {
    expect((await verifyLedger(damaged(sql))).firstBad).toMatchObject({
      seq,
      problem: 'checkpoint_mismatch',
    });
  });

  test('a checkpoint signed by somebody else is refused', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const parsed = parseCheckpoint((await readLatestCheckpoint(path)) ?? '');
    if (parsed === undefined) throw new Error('no checkpoint');
    const checkpoint = signCheckpoint(parsed, privateKey);
    await expect(verifyLedger(path, { checkpoint })).rejects.toMatchObject({
      code: 'CHECKPOINT_INVALID',
    });
    await expect(verifyLedger(path, { checkpoint: 'x' })).rejects.toMatchObject({
      code: 'CHECKPOINT_INVALID',
    });
    const publicKey = verifierKey(parsed.origin, privateKey);
    expect((await verifyLedger(path, { publicKey })).firstBad?.problem).toBe('checkpoint_mismatch');
  });

  test('a key file that is none stops the ledger instead of starting a new key', async () => {
    const other = join(scratch.path, 'other.db');
    writeFileSync(`${other}-checkpoint.key`, 'not a key');
    await expect(openLedger({ path: other })).rejects.toThrow(
      expect.objectContaining({ code: 'CHECKPOINT_KEY_UNREADABLE' }),
    );
    expect(createPrivateKey(readFileSync(`${path}-checkpoint.key`)).asymmetricKeyType).toBe(
      'ed25519',
    );
  });

  describe('proofs', () => {
    const key = () => readPublicKey(path) ?? '';
    let document: ProofDocument;
    beforeAll(async () => {
      document = await proveRecords(path, id);
    });
    const withFirst = (changes: object): ProofDocument => {
      const { records } = document;
      const [first] = records;
      return {
        version: 1,
        records: [{ ...first, ...changes } as ProofDocument['records'][number]],
      };
    };

    test('every record of an entry is proven with nothing but the public key', () => {
      expect(document.records.map(({ record }) => record.phase)).toEqual(['open', 'close']);
      expect(document.records[0]?.proof).toMatch(/^c2sp\.org\/tlog-proof@v1\nindex \d+\n/);
      expect(proofProblem(document, key())).toBeUndefined();
    });

    test.each([
      { problem: 'not_a_proof', make: () => null },
      { problem: 'not_a_proof', make: () => ({ records: [] }) },
      { problem: 'not_a_proof', make: () => withFirst({ proof: 'x' }) },
      { problem: 'not_a_proof', make: () => withFirst({ record: 1 }) },
      {
        problem: 'record_altered',
        make: () => withFirst({ record: { ...document.records[0]?.record, client: 'other' } }),
      },
      {
        problem: 'not_in_tree',
        make: () => withFirst({ arrival: { ...document.records[0]?.arrival, receivedMs: 1 } }),
      },
      {
        problem: 'checkpoint_not_signed',
        make: () => withFirst({ proof: document.records[0]?.proof.replace('\n17\n', '\n18\n') }),
      },
    ])('$problem', ({ problem, make }) => {
      expect(proofProblem(make(), key())).toBe(problem);
    });

    test('what no checkpoint covers cannot be proven', async () => {
      await expect(proveRecords(path, nextId())).rejects.toThrow(
        expect.objectContaining({ code: 'AUDIT_NOT_PROVABLE' }),
      );
    });
  });
});

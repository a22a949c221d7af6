import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { verifyLedger } from '../../audit';

export interface Tampering {
  readonly found: boolean;
  /** What the verification said. */
  readonly seen: string;
}

/** Copies the ledger, changes one byte of one record in the copy, and asks whether verification names that record. */
export async function tamperCopy(
  ledgerFile: string,
  folder: string,
  id: string,
): Promise<Tampering> {
  const copy = join(folder, 'tampered.db');
  await copyFile(ledgerFile, copy);
  await copyFile(`${ledgerFile}-wal`, `${copy}-wal`).catch(() => undefined); // absent once checkpointed
  await changeOneByte(copy, id);
  const { firstBad } = await verifyLedger(copy);
  if (firstBad === undefined) return { found: false, seen: 'the copy still verifies' };
  return {
    found: firstBad.id === id,
    seen: `record ${firstBad.seq} (${firstBad.id}): ${firstBad.problem}`,
  };
}

/** What an administrator of the database could do: another model name in the stored record. */
async function changeOneByte(file: string, id: string): Promise<void> {
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(file);
  database
    .prepare(`UPDATE record SET body = replace(body, '"model":"c', '"model":"C') WHERE id = ?`)
    .run(id);
  database.close();
}

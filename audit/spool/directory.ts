import { existsSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AigovError } from '../../policy';

/**
 * Makes the folder of a spool, private to its user, with the folders above it.
 *
 * @throws AigovError AUDIT_DIRECTORY_INVALID
 */
export async function createDirectory(directory: string): Promise<void> {
  try {
    await createWithParents(directory);
    await chmod(directory, 0o700);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'unknown';
    throw new AigovError('AUDIT_DIRECTORY_INVALID', `no records can be kept there: ${why}`, {
      remedy: 'Name a folder that this user may create and own.',
      at: directory,
      cause,
    });
  }
}

/** Not `recursive`: below /proc that never ends (seen with Node 20.20 and 24.21). */
async function createWithParents(directory: string): Promise<void> {
  const parent = dirname(directory);
  if (parent !== directory && !existsSync(parent)) await createWithParents(parent);
  await mkdir(directory, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}

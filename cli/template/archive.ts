import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AigovError } from '../../policy';
import { tarSize, writeTar, type TarEntry } from './tar';

/** `coder templates push` refuses an archive of this many bytes, headers and padding included. */
export const ARCHIVE_LIMIT_BYTES = 1_048_576;

/** A file that does not reach Coder, and why. */
export interface Skipped {
  readonly path: string;
  readonly reason: 'dot-file' | 'symlink' | 'state' | 'variable values' | 'special file';
}

/** What `coder templates push` sends of a folder. Source: coder/coder provisionersdk/archive.go. */
export interface TemplateArchive {
  /** Depth first, in byte order of names. */
  readonly entries: readonly TarEntry[];
  readonly skipped: readonly Skipped[];
  /** Bytes of the tar. */
  readonly sizeBytes: number;
}

/**
 * Reads a template folder as Coder's CLI does: what it leaves out is in `skipped`. Throws TEMPLATE_MISSING, and
 * TEMPLATE_EMPTY for a folder without a .tf or .tf.json file.
 */
export async function readArchive(dir: string): Promise<TemplateArchive> {
  if (!(await topLevel(dir)).some((name) => name.endsWith('.tf') || name.endsWith('.tf.json'))) {
    throw new AigovError('TEMPLATE_EMPTY', `${dir} has no .tf or .tf.json file`, {
      remedy: 'Name the folder that `aigov synth` wrote, or another template folder.',
      at: dir,
    });
  }
  const entries: TarEntry[] = [];
  const skipped: Skipped[] = [];
  await walk(dir, '', entries, skipped);
  return { entries, skipped, sizeBytes: tarSize(entries) };
}

/** The archive as bytes. Throws TEMPLATE_TOO_LARGE where Coder would refuse it. */
export function packArchive(archive: TemplateArchive): Buffer {
  const { sizeBytes } = archive;
  if (sizeBytes < ARCHIVE_LIMIT_BYTES) return writeTar(archive.entries);
  throw new AigovError('TEMPLATE_TOO_LARGE', sizeMessage(archive), { remedy: SIZE_REMEDY });
}

export const SIZE_REMEDY =
  'Deliver the largest files another way: in the image, or fetched at start with a pinned hash.';

/** Size, limit and the files that weigh most. */
export function sizeMessage({ entries, sizeBytes }: TemplateArchive): string {
  const largest = entries
    .filter((entry) => entry.data !== undefined)
    .sort((a, b) => (b.data?.length ?? 0) - (a.data?.length ?? 0))
    .slice(0, 3)
    .map((entry) => `${entry.name} (${entry.data?.length ?? 0})`);
  return `the archive has ${sizeBytes} bytes, Coder takes less than ${ARCHIVE_LIMIT_BYTES}; largest: ${largest.join(', ')}`;
}

async function topLevel(dir: string): Promise<readonly string[]> {
  try {
    return await readdir(dir);
  } catch (cause) {
    throw new AigovError('TEMPLATE_MISSING', `${dir} is not a folder that can be read`, {
      remedy: 'Name an existing template folder.',
      at: dir,
      cause,
    });
  }
}

async function walk(
  root: string,
  folder: string,
  entries: TarEntry[],
  skipped: Skipped[],
): Promise<void> {
  const found = await readdir(join(root, folder), { withFileTypes: true });
  for (const each of found.sort((a, b) =>
    Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)),
  )) {
    const path = folder === '' ? each.name : `${folder}/${each.name}`;
    const reason = skipReason(path);
    const kind = each.isSymbolicLink()
      ? 'symlink'
      : each.isFile()
        ? 'file'
        : each.isDirectory()
          ? 'folder'
          : 'special';
    if (reason !== undefined) skipped.push({ path, reason });
    else if (kind === 'symlink') skipped.push({ path, reason: 'symlink' });
    else if (kind === 'special') skipped.push({ path, reason: 'special file' });
    else await add(root, path, kind === 'folder', entries, skipped);
  }
}

async function add(
  root: string,
  path: string,
  isFolder: boolean,
  entries: TarEntry[],
  skipped: Skipped[],
): Promise<void> {
  const mode = (await stat(join(root, path))).mode & 0o777;
  if (!isFolder) {
    entries.push({ name: path, mode, data: await readFile(join(root, path)) });
    return;
  }
  entries.push({ name: path, mode });
  await walk(root, path, entries, skipped);
}

function skipReason(path: string): Skipped['reason'] | undefined {
  const name = basename(path);
  if (name.startsWith('.') && name !== '.terraform.lock.hcl') return 'dot-file';
  if (path.includes('.tfstate')) return 'state';
  const isValues =
    path === 'terraform.tfvars' ||
    path === 'terraform.tfvars.json' ||
    path.endsWith('.auto.tfvars') ||
    path.endsWith('.auto.tfvars.json');
  return isValues ? 'variable values' : undefined;
}

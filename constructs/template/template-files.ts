import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AigovError } from '../../policy';

/** Files of a template folder by path inside it, `/` between parts. */
export type TemplateFiles = ReadonlyMap<string, string>;

/** Coder refuses archives of this many bytes and more (provisionersdk/archive.go, read 2026-11-20). */
const ARCHIVE_LIMIT_BYTES = 1_048_576;

const TAR_BLOCK_BYTES = 512;

/** Bytes of the uncompressed tar that `coder templates push` would send. */
function archiveBytes(files: TemplateFiles): number {
  const folders = new Set([...files.keys()].flatMap((path) => parents(path)));
  const contents = [...files.values()].map(
    (text) => Math.ceil(Buffer.byteLength(text) / TAR_BLOCK_BYTES) * TAR_BLOCK_BYTES,
  );
  const headers = (files.size + folders.size) * TAR_BLOCK_BYTES;
  return headers + contents.reduce((sum, bytes) => sum + bytes, 0) + 2 * TAR_BLOCK_BYTES;
}

function parents(path: string): string[] {
  const folder = dirname(path);
  return folder === '.' ? [] : [folder, ...parents(folder)];
}

/** @throws AigovError `TEMPLATE_TOO_LARGE`, naming the largest files */
export function requireArchiveFits(template: string, files: TemplateFiles): void {
  const bytes = archiveBytes(files);
  if (bytes < ARCHIVE_LIMIT_BYTES) return;
  const largest = [...files]
    .map(([path, text]) => ({ path, bytes: Buffer.byteLength(text) }))
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, 3)
    .map((file) => `${file.path} (${file.bytes} bytes)`);
  throw new AigovError(
    'TEMPLATE_TOO_LARGE',
    `template "${template}" makes an archive of ${bytes} bytes; allowed is less than ${ARCHIVE_LIMIT_BYTES}. Largest: ${largest.join(', ')}`,
    { remedy: 'Move large files into the workspace image.', at: template },
  );
}

/** What Coder would leave out of the archive, or Terraform would read as more configuration. */
const REFUSED_PATH = /(^|\/)\.|\.tfstate|\.tfvars(\.json)?$|\.tf(\.json)?$|\\|^\/|\/\/|\/$|^$/;

/** @throws AigovError `TEMPLATE_FILE_INVALID` when the path cannot be part of a template */
export function requireTemplatePath(path: string): void {
  if (!REFUSED_PATH.test(path)) return;
  throw new AigovError(
    'TEMPLATE_FILE_INVALID',
    `template file ${JSON.stringify(path)} is not a path Coder keeps: no dot-files, no tfvars or state, nothing outside the folder`,
    { remedy: 'Choose a relative path such as "scripts/setup.sh".', at: path },
  );
}

/** Makes the folder hold exactly these files. Dot-files, such as Terraform's lock file, stay. */
export function writeTemplateFolder(folder: string, files: TemplateFiles): void {
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    if (!name.startsWith('.')) rmSync(join(folder, name), { recursive: true });
  }
  for (const [path, text] of files) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
}

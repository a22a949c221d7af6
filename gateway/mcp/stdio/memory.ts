import { readFile } from 'node:fs/promises';

/** Size of a page of memory on Linux x64 and arm64 as their distributions are built. */
const PAGE_BYTES = 4096;
/** Deepest family of processes looked at. */
const MAX_DEPTH = 16;

/** Resident memory of a process and its descendants, in bytes. 0 when it is gone or the system does not tell. */
export async function residentBytes(pid: number, depth = 0): Promise<number> {
  const statm = await read(`/proc/${pid}/statm`);
  const own = Number(statm.split(' ')[1] ?? 0) * PAGE_BYTES;
  if (own === 0 || depth >= MAX_DEPTH) return own;
  const children = await read(`/proc/${pid}/task/${pid}/children`);
  const pids = children
    .split(' ')
    .map(Number)
    .filter((child) => child > 0);
  const below = await Promise.all(pids.map((child) => residentBytes(child, depth + 1)));
  return below.reduce((sum, bytes) => sum + bytes, own);
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return '';
  }
}

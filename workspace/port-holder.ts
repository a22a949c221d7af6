import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Who listens on a loopback port: `pid` and command line where this user may see them. Linux only. */
export function describePortHolder(port: number, proc = '/proc'): string {
  const inode = listenerInode(port, proc);
  const pid = inode === undefined ? undefined : processHolding(inode, proc);
  if (pid === undefined) return 'a process of another user';
  return `process ${pid} (${commandLine(pid, proc)})`;
}

function listenerInode(port: number, proc: string): string | undefined {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = ['tcp', 'tcp6'].flatMap((name) => readText(`${proc}/net/${name}`).split('\n'));
  const LISTEN = '0A';
  for (const line of lines) {
    const fields = line.trim().split(/\s+/);
    if (fields[1]?.endsWith(suffix) && fields[3] === LISTEN) return fields[9];
  }
  return undefined;
}

function processHolding(inode: string, proc: string): string | undefined {
  const pids = readdirSync(proc).filter((name) => /^\d+$/.test(name));
  return pids.find((pid) => descriptorsOf(pid, proc).includes(`socket:[${inode}]`));
}

function descriptorsOf(pid: string, proc: string): string[] {
  try {
    const folder = `${proc}/${pid}/fd`;
    return readdirSync(folder).map((fd) => readlinkSync(`${folder}/${fd}`));
  } catch {
    return []; // another user's process, or one that has just ended
  }
}

function commandLine(pid: string, proc: string): string {
  return readText(`${proc}/${pid}/cmdline`).split('\0').filter(Boolean).slice(0, 3).join(' ');
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

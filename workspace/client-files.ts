import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import {
  allClients,
  mergeClientConfig,
  type ClientConfigFile,
  type GatewayAddress,
} from '../clients';

export interface ClientFilesOptions {
  /** The user's home; files are written below it and nowhere else. */
  readonly home: string;
  /** Ids of the template's clients. */
  readonly clients: readonly string[];
  /** Where the clients find the relay. */
  readonly gateway: GatewayAddress;
  /** Is told of each file that was left alone, and why. */
  readonly log: (line: string) => void;
}

/** What became of one file. `left-alone`: the client is not configured by it; the log says why. */
export interface ClientFileResult {
  /** As the client's definition names it, beginning with `~/`. */
  readonly path: string;
  readonly outcome: 'written' | 'unchanged' | 'left-alone';
}

/** Larger than any settings file a person keeps; reading more would only delay the start. */
const MAX_FILE_BYTES = 1024 * 1024;

/**
 * Writes the configuration files of the template's clients, merged with what the user already has. A file that cannot
 * be merged or written is logged and left alone: the workspace starts nevertheless.
 */
export function writeClientFiles(options: ClientFilesOptions): readonly ClientFileResult[] {
  return allClients
    .filter((client) => options.clients.includes(client.id))
    .flatMap((client) => client.configFiles?.(options.gateway) ?? [])
    .map((file) => writeOrLog(file, options));
}

function writeOrLog(file: ClientConfigFile, { home, log }: ClientFilesOptions): ClientFileResult {
  try {
    return { path: file.path, outcome: writeMerged(file, home) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log(`${file.path}: left alone, its client is not sent to the gateway: ${reason}`);
    return { path: file.path, outcome: 'left-alone' };
  }
}

function writeMerged(file: ClientConfigFile, home: string): 'written' | 'unchanged' {
  const target = locate(file.path, home);
  const before = target.stats === undefined ? undefined : readExisting(target.path, target.stats);
  const after = mergeClientConfig(file, before);
  if (after === undefined) throw new Error(`it is not ${file.merge.toUpperCase()}`);
  if (after === before) return 'unchanged';
  mkdirSync(dirname(target.path), { recursive: true, mode: 0o700 });
  replace(target.path, after, target.stats === undefined ? 0o600 : target.stats.mode & 0o777);
  return 'written';
}

interface Target {
  /** Without symbolic links. */
  readonly path: string;
  /** Absent when there is no file yet. */
  readonly stats?: Stats;
}

/**
 * Follows links, as people link their settings from a folder of dotfiles, but only to places below home: what runs in
 * the jail may put a link there, and this process stands outside the jail.
 */
function locate(path: string, home: string): Target {
  if (!path.startsWith('~/')) throw new Error('it is not below the home folder');
  const root = realpathSync(home);
  let place = root;
  for (const name of path.slice(2).split('/')) {
    place = follow(join(place, name));
    if (!place.startsWith(root + sep)) throw new Error(`a symbolic link leads out of ${home}`);
  }
  const stats = statSync(place, { throwIfNoEntry: false });
  return { path: place, ...(stats === undefined ? {} : { stats }) };
}

/** The place itself when nothing is there. A link that leads nowhere is refused: it says where, but not what. */
function follow(place: string): string {
  const found = lstatSync(place, { throwIfNoEntry: false });
  return found?.isSymbolicLink() === true ? realpathSync(place) : place;
}

/** A pipe or device here would keep the workspace from starting. */
function readExisting(path: string, stats: Stats): string {
  if (!stats.isFile()) throw new Error('it is not a regular file');
  if (stats.size > MAX_FILE_BYTES) throw new Error(`it is over ${MAX_FILE_BYTES} bytes`);
  return readFileSync(path, 'utf8');
}

/** Atomically: the client may be reading it right now. */
function replace(path: string, text: string, mode: number): void {
  const draft = join(dirname(path), `.${basename(path)}.${randomUUID()}`);
  try {
    writeFileSync(draft, text, { flag: 'wx', mode, flush: true });
    chmodSync(draft, mode); // whatever the umask
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

import type { CompiledPolicy } from './compile';
import type { Decision } from './decision';

export type FileOperation = 'read' | 'write';

export interface FileRequest {
  readonly op: FileOperation;
  /** Absolute, or relative to `workdir`. Links are the caller's business: give the resolved path. */
  readonly path: string;
  /** What `~` and `$HOME` stand for. @default '~' stands for itself */
  readonly home?: string;
  /** What `$WORKDIR` stands for. @default '$WORKDIR' stands for itself */
  readonly workdir?: string;
}

type Places = Pick<FileRequest, 'home' | 'workdir'>;

/** Path parts after variables, with `.` and `..` resolved; the first part tells roots apart. */
function partsOf(path: string, { home = '~', workdir = '$WORKDIR' }: Places): readonly string[] {
  const text = path
    .replace(/^~(?=\/|$)|^\$HOME(?=\/|$)|^\$\{HOME\}(?=\/|$)/, () => home)
    .replace(/^\$WORKDIR(?=\/|$)|^\$\{WORKDIR\}(?=\/|$)/, () => workdir);
  const isRooted = /^(?:\/|~(?:\/|$)|\$WORKDIR(?:\/|$))/.test(text);
  const kept: string[] = [];
  for (const part of (isRooted ? text : `${workdir}/${text}`).split('/')) {
    if (part === '..') kept.pop();
    else if (part !== '.' && part !== '') kept.push(part);
  }
  return kept;
}

/** The first entry that is the path or a directory above it. `*` stands for one name. */
function findAbove(
  entries: readonly string[],
  path: readonly string[],
  places: Places,
): string | undefined {
  return entries.find((entry) => {
    const parts = partsOf(entry, places);
    return (
      parts.length <= path.length && parts.every((part, at) => part === '*' || part === path[at])
    );
  });
}

/**
 * Decides one file access. `hidden` before `readOnly` before `writable`; reading what is not hidden is free, writing is
 * free until some layer lists `writable`. Pure.
 */
export function decideFile(
  { files }: Pick<CompiledPolicy, 'files'>,
  request: FileRequest,
): Decision {
  const path = partsOf(request.path, request);
  return (
    hiddenDenial(files.layers, path, request) ??
    (request.op === 'read'
      ? { effect: 'allow', reason: 'no_rule_denies' }
      : decideWrite(files.layers, path, request))
  );
}

type FileLayers = CompiledPolicy['files']['layers'];

function hiddenDenial(
  layers: FileLayers,
  path: readonly string[],
  places: Places,
): Decision | undefined {
  for (const { name: layer, hidden = [] } of layers) {
    const rule = findAbove(hidden, path, places);
    if (rule !== undefined) {
      const remedy = `Remove "${rule}" from files.hidden of layer "${layer}"; no grant overrides it.`;
      return { effect: 'deny', reason: 'path_hidden', layer, rule, remedy };
    }
  }
  return undefined;
}

function decideWrite(layers: FileLayers, path: readonly string[], request: FileRequest): Decision {
  for (const { name: layer, readOnly = [] } of layers) {
    const rule = findAbove(readOnly, path, request);
    if (rule !== undefined) {
      const remedy = `Remove "${rule}" from files.readOnly of layer "${layer}"; no grant overrides it.`;
      return { effect: 'deny', reason: 'path_not_writable', layer, rule, remedy };
    }
  }
  for (const { name: layer, writable = [] } of layers) {
    const rule = findAbove(writable, path, request);
    if (rule !== undefined) return { effect: 'allow', reason: 'rule_matched', layer, rule };
  }
  const restricting = layers.findLast(({ writable }) => writable !== undefined);
  if (!restricting) return { effect: 'allow', reason: 'unrestricted' };
  const remedy = `Add "${request.path}" or a directory above it to files.writable of layer "${restricting.name}".`;
  return { effect: 'deny', reason: 'path_not_writable', layer: restricting.name, remedy };
}

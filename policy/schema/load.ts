import { dirname, resolve } from 'node:path';
import type { PolicyDocument } from '../document';
import { AigovError, AigovErrors } from '../error';
import { parsePolicySource, type PolicySource } from './parse';

/** Reads a file as text. @throws whatever the file system gives */
export type ReadText = (file: string) => string;

interface Loading {
  readonly read: ReadText;
  readonly faults: AigovError[];
  readonly cwd: string;
}

function readText(
  { read, faults }: Loading,
  file: string,
  from: string | undefined,
): string | undefined {
  try {
    return read(file);
  } catch (cause) {
    if (AigovError.is(cause)) {
      faults.push(cause);
      return undefined;
    }
    const why = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
    const included = from === undefined ? '' : `, included by ${from},`;
    const message = `policy file ${file}${included} cannot be read${why}`;
    faults.push(
      new AigovError('POLICY_FILE_UNREADABLE', message, {
        remedy: 'Check the path and that you may read it.',
        at: file,
        cause,
      }),
    );
    return undefined;
  }
}

function circularFault(chain: readonly string[], file: string): AigovError {
  const message = `policy files include each other: ${[...chain, file].join(' → ')}`;
  return new AigovError('POLICY_INCLUDE_CIRCULAR', message, {
    remedy: 'Remove one of the includes.',
    at: chain.at(-1) ?? file,
  });
}

/** The file's layers, those it includes first. */
function loadOne(
  loading: Loading,
  file: string,
  chain: readonly string[],
): readonly PolicySource[] {
  if (chain.some((open) => resolve(loading.cwd, open) === resolve(loading.cwd, file))) {
    loading.faults.push(circularFault(chain, file));
    return [];
  }
  const text = readText(loading, file, chain.at(-1));
  if (text === undefined) return [];
  try {
    const { document, at } = parsePolicySource(text, file);
    const { include = [], ...layer } = document;
    const above = include.flatMap((other) =>
      loadOne(loading, besides(file, other), [...chain, file]),
    );
    return [...above, { document: layer, at }];
  } catch (error) {
    if (!(error instanceof AigovErrors)) throw error;
    loading.faults.push(...error.faults);
    return [];
  }
}

function besides(file: string, other: string): string {
  return other.startsWith('/') ? other : [dirname(file), other].join('/').replace(/^\.\//, '');
}

/**
 * Loads policy files, top layer first, with what they include above each, keeping the places.
 * @throws AigovErrors with the faults of all files together
 */
export function loadPolicySources(
  files: readonly string[],
  read: ReadText,
  cwd = '/',
): readonly PolicySource[] {
  const loading: Loading = { read, faults: [], cwd };
  const sources = files.flatMap((file) => loadOne(loading, file, []));
  if (loading.faults.length > 0) throw new AigovErrors(loading.faults);
  return sources;
}

/** As `loadPolicySources`, the layers alone. */
export function loadPolicies(
  files: readonly string[],
  read: ReadText,
  cwd = '/',
): readonly PolicyDocument[] {
  return loadPolicySources(files, read, cwd).map(({ document }) => document);
}

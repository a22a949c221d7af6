import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AigovError } from '../../policy';

/** How the app is started, and where it writes. */
export interface AppSettings {
  /** A shell line. */
  readonly command: string;
  /** Absolute. */
  readonly outdir: string;
}

interface ProjectFile {
  readonly app?: unknown;
  readonly output?: unknown;
}

/**
 * What to run: the given file or command, else `app` of `cdktf.json` in the working directory.
 * @throws AigovError `APP_MISSING` when neither says, `PROJECT_FILE_INVALID` for a `cdktf.json` that is not JSON
 */
export function appSettings(
  cwd: string,
  app: string | undefined,
  out: string | undefined,
): AppSettings {
  const project = readProject(join(cwd, 'cdktf.json'));
  const output = out ?? textOf(project.output) ?? 'cdktf.out';
  const command = app === undefined ? textOf(project.app) : commandFor(cwd, app);
  if (command === undefined) {
    throw new AigovError(
      'APP_MISSING',
      'no app was named, and no cdktf.json in this folder has one',
      {
        remedy: 'Name the app, for example `aigov synth main.js`, or set "app" in cdktf.json.',
        at: 'cdktf.json',
      },
    );
  }
  return { command, outdir: resolve(cwd, output) };
}

/** A file is run by this Node; anything else is a shell line, as in `cdktf.json`. */
function commandFor(cwd: string, app: string): string {
  if (!existsSync(resolve(cwd, app))) return app;
  return [process.execPath, resolve(cwd, app)]
    .map((word) => `'${word.replaceAll("'", `'\\''`)}'`)
    .join(' ');
}

function readProject(file: string): ProjectFile {
  if (!existsSync(file)) return {};
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProjectFile;
  } catch (cause) {
    throw new AigovError('PROJECT_FILE_INVALID', 'cdktf.json is not JSON', {
      remedy: 'Correct cdktf.json.',
      at: 'cdktf.json',
      cause,
    });
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

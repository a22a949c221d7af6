import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { AigovError } from '../policy';

/** Where a secret is. The secret itself never stands in a configuration file. */
export type SecretReference =
  | { readonly env: string }
  | { readonly file: string }
  /** Program and arguments, run without a shell; its output without the last line end is the secret. */
  | { readonly command: readonly string[] };

const COMMAND_TIMEOUT_MS = 10_000;

const reference = z.union([
  z.strictObject({ env: z.string().min(1) }),
  z.strictObject({ file: z.string().min(1) }),
  z.strictObject({ command: z.array(z.string()).min(1) }),
]);

/** What is said of a secret that stands in the file itself. */
export const LITERAL_SECRET =
  'is a literal secret; allowed is { env: NAME }, { file: PATH } or { command: [PROGRAM, ARGUMENT…] }';

/** A secret's schema: a literal is refused with its own code, and never repeated in the message. */
export const secretSchema = z
  .unknown()
  .transform((value, context): SecretReference => {
    const parsed = reference.safeParse(value);
    if (parsed.success) return parsed.data;
    const isLiteral = typeof value === 'string';
    context.issues.push({
      code: 'custom',
      input: undefined,
      message: isLiteral
        ? LITERAL_SECRET
        : 'must be one of { env: NAME }, { file: PATH }, { command: [PROGRAM, ARGUMENT…] }',
      params: { code: isLiteral ? 'SECRET_LITERAL' : 'SERVER_CONFIG_INVALID' },
    });
    return z.NEVER;
  })
  .describe('{ env }, { file } or { command }; a literal is refused');

export interface SecretSources {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Folder relative paths start from. */
  readonly baseDir: string;
}

/** Fetches a secret. Throws SECRET_MISSING, with `at` as its place. */
export function fetchSecret(secret: SecretReference, sources: SecretSources, at: string): string {
  const { value, from, cause } = read(secret, sources);
  if (value !== undefined && value !== '') return value;
  throw new AigovError('SECRET_MISSING', `${at}: ${from}`, {
    at,
    remedy: 'Provide the secret there, or name another place.',
    ...(cause === undefined ? {} : { cause }),
  });
}

interface ReadSecret {
  readonly value: string | undefined;
  /** Why there is none, for the message. */
  readonly from: string;
  readonly cause?: unknown;
}

function read(secret: SecretReference, { environment, baseDir }: SecretSources): ReadSecret {
  if ('env' in secret)
    return {
      value: environment[secret.env],
      from: `environment variable ${secret.env} is not set`,
    };
  if ('file' in secret) {
    const path = resolve(baseDir, secret.file);
    return attempt(() => readFileSync(path, 'utf8'), `file ${path} cannot be read or is empty`);
  }
  const [program = '', ...argv] = secret.command;
  const run = () => execFileSync(program, argv, { encoding: 'utf8', timeout: COMMAND_TIMEOUT_MS });
  return attempt(run, `command ${program} failed or printed nothing`);
}

function attempt(fetch: () => string, from: string): ReadSecret {
  try {
    return { value: fetch().replace(/\r?\n$/, ''), from };
  } catch (cause) {
    return { value: undefined, from, cause };
  }
}

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { stringify } from 'yaml';
import {
  renderClaudeCodePolicy,
  renderCodexPolicy,
  renderGeminiCliPolicy,
  renderOpencodePolicy,
  type RenderedClientPolicy,
} from '../../clients';
import {
  AigovError,
  compilePolicy,
  composeLayers,
  renderBoundary,
  renderNetworkPolicy,
  renderSquid,
  type PolicyDocument,
  type Rendered,
} from '../../policy';
import type { CliIo } from '../io';
import { loadLayers, type FactOptions } from './policy-files';

/** Formats with a path of their own say it; the others get the name in FILE_NAMES. */
type AnyRendered = Rendered & Partial<Pick<RenderedClientPolicy, 'path' | 'also'>>;

const FORMATS: Readonly<Record<string, (document: PolicyDocument) => AnyRendered>> = {
  boundary: renderBoundary,
  'claude-code': renderClaudeCodePolicy,
  codex: renderCodexPolicy,
  gemini: renderGeminiCliPolicy,
  opencode: renderOpencodePolicy,
  squid: renderSquid,
  networkpolicy: renderNetworkPolicy,
};

export const FORMAT_NAMES = Object.keys(FORMATS);

const FILE_NAMES: Readonly<Record<string, string>> = {
  boundary: 'config.yaml',
  squid: 'squid.conf',
  networkpolicy: 'networkpolicy.json',
};

export interface RenderOptions extends FactOptions {
  readonly as: string;
  /** Folder to write into, each file at its own path below it. */
  readonly out?: string;
  readonly allowLoss?: boolean;
  readonly json?: boolean;
}

/** The composed document of the layers that apply, known to load. */
function composeFiles(files: readonly string[], options: FactOptions, io: CliIo): PolicyDocument {
  const layers = loadLayers(files, options, io);
  compilePolicy(layers);
  return composeLayers(layers);
}

/** Prints the effective policy: YAML, or JSON. */
export function composePolicies(
  files: readonly string[],
  options: FactOptions & { readonly json?: boolean },
  io: CliIo,
): void {
  const document = composeFiles(files, options, io);
  io.stdout.write(options.json === true ? `${JSON.stringify(document)}\n` : stringify(document));
}

/**
 * Prints the effective policy in another system's words.
 * @throws AigovError POLICY_RENDER_LOSS naming what that system cannot say, unless the loss is accepted
 */
export function renderPolicies(files: readonly string[], options: RenderOptions, io: CliIo): void {
  const render = Object.hasOwn(FORMATS, options.as) ? FORMATS[options.as] : undefined;
  if (!render) {
    throw new AigovError(
      'USAGE',
      `--as is "${options.as}"; allowed are ${FORMAT_NAMES.join(', ')}`,
      {
        remedy: 'Name one of the formats.',
      },
    );
  }
  const rendered = render(composeFiles(files, options, io));
  const { lost } = rendered;
  if (lost.length > 0 && options.allowLoss !== true) {
    throw new AigovError('POLICY_RENDER_LOSS', `${options.as} cannot express ${lost.join(', ')}`, {
      remedy: 'Take these out of what is rendered, or accept the loss with --allow-loss.',
    });
  }
  for (const key of lost) io.stderr.write(`lost: ${options.as} cannot express ${key}\n`);
  if (options.out !== undefined) writeFiles(filesOf(rendered, options.as), options.out, io);
  else if (options.json === true) io.stdout.write(`${JSON.stringify(rendered)}\n`);
  else printFile(rendered, options.as, io);
}

function filesOf(
  { path, text, also }: AnyRendered,
  format: string,
): readonly { readonly path: string; readonly text: string }[] {
  return [{ path: path ?? FILE_NAMES[format] ?? format, text }, ...(also ? [also] : [])];
}

function writeFiles(files: ReturnType<typeof filesOf>, out: string, io: CliIo): void {
  for (const { path, text } of files) {
    const file = join(resolve(io.cwd, out), path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    io.stdout.write(`${file}\n`);
  }
}

function printFile({ path, text, also }: AnyRendered, format: string, io: CliIo): void {
  if (also) {
    throw new AigovError('USAGE', `${format} needs two files, ${path} and ${also.path}`, {
      remedy: 'Write them below a folder with --out DIR, or take them from --json.',
    });
  }
  io.stdout.write(text);
}

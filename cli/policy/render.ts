import { stringify } from 'yaml';
import {
  renderClaudeCodePolicy,
  renderCodexPolicy,
  renderGeminiCliPolicy,
  renderOpencodePolicy,
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

const FORMATS: Readonly<Record<string, (document: PolicyDocument) => Rendered>> = {
  boundary: renderBoundary,
  'claude-code': renderClaudeCodePolicy,
  codex: renderCodexPolicy,
  gemini: renderGeminiCliPolicy,
  opencode: renderOpencodePolicy,
  squid: renderSquid,
  networkpolicy: renderNetworkPolicy,
};

export const FORMAT_NAMES = Object.keys(FORMATS);

export interface RenderOptions extends FactOptions {
  readonly as: string;
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
  const { text, lost } = render(composeFiles(files, options, io));
  if (lost.length > 0 && options.allowLoss !== true) {
    throw new AigovError('POLICY_RENDER_LOSS', `${options.as} cannot express ${lost.join(', ')}`, {
      remedy: 'Take these out of what is rendered, or accept the loss with --allow-loss.',
    });
  }
  for (const key of lost) io.stderr.write(`lost: ${options.as} cannot express ${key}\n`);
  io.stdout.write(options.json === true ? `${JSON.stringify({ text, lost })}\n` : text);
}

import { homedir } from 'node:os';
import { bodiesOf, type HclValue, type SourceBlock, type TemplateSource } from '../../emulator';
import type { Finding } from './finding';

/** What the text of a template gives away, before anything is evaluated. */
export function lintSource(source: TemplateSource): Finding[] {
  const blocks: readonly (readonly [string, SourceBlock])[] = [
    ...source.resources,
    ...[...source.data].map(([key, block]) => [`data.${key}`, block] as const),
    ...[...source.locals].map(
      ([key, { file, value }]) => [`local.${key}`, { file, body: { value } }] as const,
    ),
    ...[...source.modules].map(([key, block]) => [`module.${key}`, block] as const),
  ];
  return [
    ...source.terraform.flatMap(lintTerraformBlock),
    ...blocks.flatMap(([address, block]) => lintPaths(address, block, source.dir)),
    ...blocks.flatMap(([address, block]) => lintPlatformResource(address, block)),
    ...blocks.flatMap(([address, block]) => lintJsonParameter(address, block)),
  ];
}

/** Coder keeps the state: it reads terraform.tfstate from the working folder after apply. */
function lintTerraformBlock({ body, file }: SourceBlock): Finding[] {
  return ['backend', 'cloud']
    .filter((name) => body[name] !== undefined)
    .map((name) => ({
      severity: 'error',
      code: 'TEMPLATE_BACKEND',
      message: `${file} has a "${name}" block: Coder would lose the workspace's state`,
      at: file,
      remedy: `Remove the ${name} block.`,
    }));
}

const ABSOLUTE_FILE =
  /\b(?:file|filebase64|templatefile|fileexists|filesha256)\(\s*\\?"(\/[^"\\]*)/;

function lintPaths(address: string, { body, file }: SourceBlock, dir: string): Finding[] {
  const text = textsOf(body).join('\n');
  const read = ABSOLUTE_FILE.exec(text)?.[1];
  const machine = [dir, homedir()].find((path) => path.length > 1 && text.includes(`${path}/`));
  const path = read ?? machine;
  if (path === undefined) return [];
  return [
    {
      severity: read === undefined ? 'warning' : 'error',
      code: 'TEMPLATE_ABSOLUTE_PATH',
      message: `${file}: ${address} names ${path}, which only this machine has`,
      at: file,
      remedy: 'Start paths of the template with ${path.module}.',
    },
  ];
}

function textsOf(value: HclValue | undefined): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value as Readonly<Record<string, HclValue>>).flatMap(textsOf);
}

/** Our own provider needs Node.js, which Coder's provisioner image lacks. */
function lintPlatformResource(address: string, { file }: SourceBlock): Finding[] {
  if (!/^(data\.)?aigov_/.test(address)) return [];
  return [
    {
      severity: 'error',
      code: 'TEMPLATE_PROVIDER_UNAVAILABLE',
      message: `${file}: ${address} needs the aigov provider, which Coder's provisioner does not have`,
      at: file,
      remedy:
        'Manage aigov_* resources from CI or an admin machine, and templates with coder/coder only.',
    },
  ];
}

/** Coder's create form does not see nested blocks in JSON (coder/preview reads top-level attributes only). */
function lintJsonParameter(address: string, { body, file }: SourceBlock): Finding[] {
  const isJson = file.endsWith('.json') && address.startsWith('data.coder_parameter.');
  const hidden = ['option', 'validation'].filter((name) => bodiesOf(body[name]).length > 0);
  if (!isJson || hidden.length === 0) return [];
  return [
    {
      severity: 'warning',
      code: 'TEMPLATE_JSON_PARAMETER',
      message: `${file}: the create form will not show ${hidden.join(' and ')} of ${address}`,
      at: file,
      remedy: 'Write parameters in HCL (.tf) instead of .tf.json.',
    },
  ];
}

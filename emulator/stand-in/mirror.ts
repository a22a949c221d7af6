import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { knownProviders, type KnownProvider } from './schema-document';

export interface MirrorOptions {
  /** The bundled stand-in program, `dist/emulator/stand-in.cjs`. */
  readonly standInFile: string;
  /** Node that runs it. @default - the Node that runs this */
  readonly nodePath?: string;
}

/** A folder from which `terraform init` takes the stand-ins, and nothing else. */
export interface ProviderMirror {
  readonly directory: string;
  /** For TF_CLI_CONFIG_FILE. */
  readonly cliConfigFile: string;
  /** `source@version` of each provider in it. */
  readonly providers: readonly string[];
}

const REGISTRY = 'registry.terraform.io';

/**
 * Writes a filesystem mirror with stand-ins for every known provider, and the Terraform CLI configuration that uses
 * it and reaches no network.
 */
export async function createProviderMirror(
  directory: string,
  options: MirrorOptions,
): Promise<ProviderMirror> {
  const mirror = join(directory, 'mirror');
  const providers = knownProviders();
  for (const provider of providers) await writeProvider(mirror, provider, options);
  const cliConfigFile = join(directory, 'terraform.tfrc');
  await writeFile(cliConfigFile, renderCliConfig(mirror));
  return {
    directory: mirror,
    cliConfigFile,
    providers: providers.map(({ source, version }) => `${source}@${version}`),
  };
}

/** Terraform's own name for this machine's platform. */
function platformName(): string {
  const architectures: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' };
  return `${process.platform}_${architectures[process.arch] ?? process.arch}`;
}

/** The program lies beside its launcher: the mirror can be moved, and Terraform's symlinks to it work. */
async function writeProvider(
  mirror: string,
  provider: KnownProvider,
  { nodePath = process.execPath, standInFile }: MirrorOptions,
): Promise<void> {
  const { source, version } = provider;
  const folder = join(mirror, REGISTRY, source, version, platformName());
  await mkdir(folder, { recursive: true });
  await copyFile(standInFile, join(folder, 'stand-in.cjs'));
  const type = source.split('/')[1] ?? source;
  const launcher = join(folder, `terraform-provider-${type}_v${version}`);
  await writeFile(
    launcher,
    `#!/bin/sh\nexec ${shellQuote(nodePath)} "\${0%/*}/stand-in.cjs" ${shellQuote(source)}\n`,
  );
  await chmod(launcher, 0o755);
}

function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function renderCliConfig(mirror: string): string {
  return [
    'disable_checkpoint = true',
    'provider_installation {',
    '  filesystem_mirror {',
    `    path = ${JSON.stringify(mirror)}`,
    '  }',
    '}',
    '',
  ].join('\n');
}

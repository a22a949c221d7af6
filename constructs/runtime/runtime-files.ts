import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { AigovError } from '../../policy';

/** Agent architectures we deliver a native helper for, by Coder's names. */
export type AgentArchitecture = 'amd64' | 'arm64';

/** Where the built files are that a template carries. */
export interface RuntimeFiles {
  /**
   * The runtime: one CommonJS file for Node 20.19 and newer. A file of the same name with `.br` added may hold it
   * compressed, better than there is time for when synthesizing.
   */
  readonly runtimePath: string;
  /** The jail helper, a static binary for each architecture. */
  readonly helperPaths: Readonly<Record<AgentArchitecture, string>>;
}

/** One file as it will stand in the workspace. */
export interface RuntimeFile {
  readonly name: 'aigov.cjs' | 'aigov-jail';
  /** Only on this architecture; on every one when absent. Node's name for it. */
  readonly arch?: 'x64' | 'arm64';
  readonly content: Buffer;
  /** The content compressed with brotli; made here when absent. */
  readonly compressed?: Buffer;
}

const NODE_ARCHITECTURE = { amd64: 'x64', arm64: 'arm64' } as const;

/** The files this package was built with. */
export function builtRuntimeFiles(): RuntimeFiles {
  const root = packageRoot(__dirname);
  const helper = (arch: AgentArchitecture) =>
    join(root, 'firewall', 'native', `aigov-jail-${NODE_ARCHITECTURE[arch]}`);
  return {
    runtimePath: join(root, 'dist', 'runtime', 'aigov.cjs'),
    helperPaths: { amd64: helper('amd64'), arm64: helper('arm64') },
  };
}

/** Sources and compiled code lie at different depths below the package. */
function packageRoot(folder: string): string {
  const isRoot = existsSync(join(folder, 'package.json')) || folder === dirname(folder);
  return isRoot ? folder : packageRoot(dirname(folder));
}

/**
 * Reads what a workspace of these architectures needs.
 * @throws AigovError `RUNTIME_NOT_BUILT` naming the file that is missing
 */
export function loadRuntimeFiles(
  files: RuntimeFiles,
  architectures: readonly AgentArchitecture[],
): readonly RuntimeFile[] {
  return [
    { name: 'aigov.cjs', ...loadCompressed(files.runtimePath) },
    ...architectures.map((arch): RuntimeFile => ({
      name: 'aigov-jail',
      arch: NODE_ARCHITECTURE[arch],
      content: load(files.helperPaths[arch]),
    })),
  ];
}

/** The `.br` beside a file counts only when it holds just that file. */
function loadCompressed(path: string): Pick<RuntimeFile, 'content' | 'compressed'> {
  const content = load(path);
  if (!existsSync(`${path}.br`)) return { content };
  const compressed = load(`${path}.br`);
  return holds(compressed, content) ? { content, compressed } : { content };
}

function holds(compressed: Buffer, content: Buffer): boolean {
  try {
    return brotliDecompressSync(compressed).equals(content);
  } catch {
    return false;
  }
}

function load(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new AigovError('RUNTIME_NOT_BUILT', `${path} cannot be read; templates carry this file`, {
      remedy: 'Run `npm run build` first, or install the published package.',
      at: path,
      cause,
    });
  }
}

import { createHash } from 'node:crypto';
import { isMcpServerName } from '../gateway';
import { AigovError, AigovErrors, validatePolicy, type WorkspaceConfig } from '../policy';

/** A loaded `workspace.json` and the SHA-256 (hex) of its bytes, by which a running daemon is recognised as current. */
export interface LoadedConfig {
  readonly config: WorkspaceConfig;
  readonly sha256: string;
}

/**
 * Reads what the template wrote. The file comes from our own constructs, so faults mean a damaged file or a
 * template from another version; all are reported at once.
 */
export function parseWorkspaceConfig(text: string, file: string): LoadedConfig {
  const value = parseJson(text, file);
  const faults = configFaults(value, file);
  if (faults.length > 0) throw new AigovErrors(faults);
  const config = value as WorkspaceConfig;
  const policy = config.policy.map((layer) => validatePolicy(layer));
  return {
    config: { ...config, policy },
    sha256: createHash('sha256').update(text).digest('hex'),
  };
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw fault(file, 'is not JSON', cause);
  }
}

function isMcpServer(value: unknown): boolean {
  const { name, command } = Object(value) as { name?: unknown; command?: unknown };
  const isArgv = Array.isArray(command) && command.length > 0 && command.every(isText);
  return typeof name === 'string' && isMcpServerName(name) && isArgv;
}

interface Expectation {
  readonly path: readonly string[];
  readonly allowed: string;
  readonly holds: (value: unknown) => boolean;
}

const isText = (value: unknown) => typeof value === 'string' && value !== '';

const EXPECTED: readonly Expectation[] = [
  { path: ['version'], allowed: '1', holds: (value) => value === 1 },
  {
    path: ['gateway', 'kind'],
    allowed: '"server" or "bundled"',
    holds: (value) => value === 'server' || value === 'bundled',
  },
  {
    path: ['firewall', 'isEnabled'],
    allowed: 'true or false',
    holds: (value) => typeof value === 'boolean',
  },
  { path: ['policy'], allowed: 'a list of policy layers', holds: Array.isArray },
  { path: ['clients'], allowed: 'a list of client ids', holds: Array.isArray },
  {
    path: ['mcpServers'],
    allowed: 'a list of names with the command of each',
    holds: (value) => value === undefined || (Array.isArray(value) && value.every(isMcpServer)),
  },
  { path: ['workspace', 'id'], allowed: 'a text', holds: isText },
  { path: ['workspace', 'name'], allowed: 'a text', holds: isText },
  { path: ['workspace', 'owner'], allowed: 'a text', holds: isText },
];

function configFaults(value: unknown, file: string): AigovError[] {
  return EXPECTED.filter(({ path, holds }) => !holds(valueAt(value, path))).map(
    ({ path, allowed }) =>
      fault(
        file,
        `${path.join('.')} is ${JSON.stringify(valueAt(value, path)) ?? 'absent'}; allowed is ${allowed}`,
      ),
  );
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[key] : undefined,
    value,
  );
}

function fault(file: string, problem: string, cause?: unknown): AigovError {
  return new AigovError('WORKSPACE_CONFIG_INVALID', `${file}: ${problem}`, {
    remedy: 'Synthesize the template again and rebuild the workspace.',
    at: file,
    ...(cause === undefined ? {} : { cause }),
  });
}

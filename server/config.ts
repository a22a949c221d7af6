import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { readPostgresUrl, type PostgresAddress } from '../audit';
import type { McpServerConfig, ModelGroup, ProviderConfig } from '../gateway';
import { AigovError, AigovErrors, type PolicyDocument } from '../policy';
import { loadPolicies } from '../policy/schema';
import { resolveAwsAccount } from './aws-config';
import { serverConfigSchema, type Role, type ServerConfigDocument } from './config-schema';
import { resolveMcpServer, type FetchAt } from './mcp-config';
import { createPolicySource } from './policy-source';
import { fetchSecret } from './secret';
import { parseYaml, type YamlSource } from './yaml-source';

/** A token and whom it belongs to. */
export interface StaticToken {
  readonly user: string;
  readonly role: Role;
  readonly groups?: readonly string[];
  readonly organization?: string;
  readonly token: string;
}

/** A PostgreSQL database that any number of servers share. */
export interface PostgresDatabase {
  readonly address: PostgresAddress;
  /** Ed25519; the same for all of them. @default - no checkpoints are signed */
  readonly signingKey?: KeyObject;
}

/** Everything a server needs, secrets fetched. Holds secrets: never log it. */
export interface ServerConfig {
  readonly listen: { readonly host: string; readonly port: number };
  readonly publicUrl?: string;
  /** SQLite file. Not used with `postgres`. */
  readonly databasePath: string;
  /** The database all replicas share. @default - SQLite, one process */
  readonly postgres?: PostgresDatabase;
  readonly tokens: readonly StaticToken[];
  /** Coder deployment that vouches for session tokens. */
  readonly coder?: ServerConfigDocument['identity']['coder'] & {};
  readonly providers: readonly ProviderConfig[];
  readonly modelGroups?: readonly ModelGroup[];
  /** Approved MCP servers. @default - none */
  readonly mcpServers?: readonly McpServerConfig[];
  /** Layers, top first. */
  readonly policies: readonly PolicyDocument[];
}

/**
 * Loads a configuration file with its policies and secrets. Throws AigovErrors with every fault of the file at once,
 * each with file, line and column.
 */
export function loadServerConfig(
  file: string,
  environment: Readonly<Record<string, string | undefined>>,
): ServerConfig {
  const source = parseYaml(readConfigFile(file), file);
  if (!('placeOf' in source)) throw new AigovErrors(source);
  const parsed = serverConfigSchema.safeParse(source.value ?? {});
  if (!parsed.success)
    throw new AigovErrors(parsed.error.issues.flatMap((issue) => faultsOf(issue, source)));
  return resolveConfig(parsed.data, source, dirname(resolve(file)), environment);
}

function readConfigFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const { code = 'unreadable' } = cause as { code?: string };
    throw new AigovError('CONFIG_FILE_UNREADABLE', `${file}: cannot be read (${code})`, {
      at: file,
      remedy: 'Name a readable configuration file with --config.',
      cause,
    });
  }
}

function faultsOf(issue: z.core.$ZodIssue, source: YamlSource): readonly AigovError[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => fault([...issue.path, key], 'is not a known key', source));
  const code =
    issue.code === 'custom' ? String(issue.params?.['code'] ?? DEFAULT_CODE) : DEFAULT_CODE;
  return [fault(issue.path, issue.message, source, code)];
}

const DEFAULT_CODE = 'SERVER_CONFIG_INVALID';

function fault(
  path: readonly PropertyKey[],
  message: string,
  source: YamlSource,
  code = DEFAULT_CODE,
): AigovError {
  const at = source.placeOf(path);
  return new AigovError(code, `${at}: ${renderPath(path)} ${message}`, {
    at,
    remedy:
      code === 'SECRET_LITERAL'
        ? 'Take the secret out of the file, and replace it where it was used: it has been written down.'
        : 'Correct the configuration; docs/server.md lists every key.',
  });
}

function renderPath(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'the document';
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '');
}

/** Fetches what the document points to, collecting faults so that one run names them all. */
function resolveConfig(
  document: ServerConfigDocument,
  source: YamlSource,
  baseDir: string,
  environment: Readonly<Record<string, string | undefined>>,
): ServerConfig {
  const faults: AigovError[] = [];
  const secret: FetchAt = (reference, path) =>
    collect(faults, () => fetchSecret(reference, { environment, baseDir }, source.placeOf(path))) ??
    '';
  const config = {
    listen: parseListen(document.listen),
    databasePath: resolve(baseDir, document.database.url.slice('sqlite:'.length)),
    ...collect(faults, () => postgresOf(document.database, secret, source)),
    tokens: document.identity.tokens.map(({ user, role, groups, organization, token }, i) => ({
      user,
      role,
      ...(groups === undefined ? {} : { groups }),
      ...(organization === undefined ? {} : { organization }),
      token: secret(token, ['identity', 'tokens', i, 'token']),
    })),
    modelGroups: document.modelGroups,
    providers: document.providers.map(({ aws, ...provider }, i) => ({
      ...provider,
      ...(aws && {
        aws: resolveAwsAccount(provider.baseUrl, aws, environment, (at, key) =>
          secret(at, ['providers', i, 'aws', key]),
        ),
      }),
      keys: provider.keys.map((key, j) => secret(key, ['providers', i, 'keys', j])),
      headers: Object.fromEntries(
        Object.entries(provider.headers).map(([name, value]) => [
          name,
          typeof value === 'string' ? value : secret(value, ['providers', i, 'headers', name]),
        ]),
      ),
      actorHeaders: definedOnly(provider.actorHeaders),
    })),
    mcpServers: document.mcpServers.map((server, i) =>
      resolveMcpServer(server, ['mcpServers', i], { secret, environment, baseDir }),
    ),
    policies: collect(faults, () => loadLayers(document.policies, baseDir)) ?? [],
    ...(document.publicUrl === undefined ? {} : { publicUrl: document.publicUrl }),
    ...(document.identity.coder === undefined ? {} : { coder: document.identity.coder }),
  };
  if (faults.length > 0) throw new AigovErrors(faults);
  return config;
}

function definedOnly(
  named: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const defined = Object.entries(named).filter(([, value]) => value !== undefined);
  return Object.fromEntries(defined) as Record<string, string>;
}

type FetchSecret = (reference: Parameters<typeof fetchSecret>[0], path: PropertyKey[]) => string;

function postgresOf(
  { url, password, checkpointKey }: ServerConfigDocument['database'],
  secret: FetchSecret,
  source: YamlSource,
): Pick<ServerConfig, 'postgres'> {
  if (url.startsWith('sqlite:')) return {};
  const address = readPostgresUrl(url, source.placeOf(['database', 'url']));
  const known = password && { password: secret(password, ['database', 'password']) };
  const keyAt = ['database', 'checkpointKey'];
  const key = checkpointKey && readSigningKey(secret(checkpointKey, keyAt), source.placeOf(keyAt));
  return { postgres: { address: { ...address, ...known }, ...(key && { signingKey: key }) } };
}

function readSigningKey(pem: string, at: string): KeyObject | undefined {
  // A missing one is a fault already.
  if (pem === '') return undefined;
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // told below, without the cause: it may repeat what it was given
  }
  throw new AigovError('CHECKPOINT_KEY_UNREADABLE', `${at}: is no Ed25519 private key in PEM`, {
    at,
    remedy: 'Make one with "openssl genpkey -algorithm ed25519".',
  });
}

function collect<T>(faults: AigovError[], produce: () => T): T | undefined {
  try {
    return produce();
  } catch (error) {
    if (!AigovError.is(error)) throw error;
    faults.push(...(error instanceof AigovErrors ? error.faults : [error]));
    return undefined;
  }
}

/** Loads and compiles, so that `check-config` finds what only compiling shows. */
function loadLayers(files: readonly string[], baseDir: string): readonly PolicyDocument[] {
  const layers = loadPolicies(
    files.map((file) => resolve(baseDir, file)),
    (file) => readFileSync(file, 'utf8'),
  );
  createPolicySource(layers);
  return layers;
}

function parseListen(listen: string): { host: string; port: number } {
  const at = listen.lastIndexOf(':');
  return { host: listen.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(listen.slice(at + 1)) };
}

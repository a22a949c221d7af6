import { resolve } from 'node:path';
import type { McpServerConfig } from '../gateway';
import type { McpServerDocument } from './mcp-schema';
import type { SecretReference } from './secret';

/** Fetches the secret at a place of the document. */
export type FetchAt = (reference: SecretReference, path: readonly PropertyKey[]) => string;

export interface McpSources {
  readonly secret: FetchAt;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Folder relative paths start from. */
  readonly baseDir: string;
}

/** A server of the document, its secrets fetched. */
export function resolveMcpServer(
  document: McpServerDocument,
  path: readonly PropertyKey[],
  sources: McpSources,
): McpServerConfig {
  const { name, features, tools } = document;
  const target =
    'command' in document
      ? stdioTarget(document, path, sources)
      : httpTarget(document, path, sources);
  return { name, features, tools, target };
}

type Http = Exclude<McpServerDocument, { command: unknown }>;
type Stdio = Extract<McpServerDocument, { command: unknown }>;

function httpTarget(
  { url, headers, credentials }: Http,
  path: readonly PropertyKey[],
  { secret }: McpSources,
): McpServerConfig['target'] {
  const at = [...path, 'credentials'];
  const { bearer, users, oauth } = credentials ?? {};
  const fixed = named(headers, [...path, 'headers'], secret);
  return {
    kind: 'http',
    url,
    credentials: {
      headers: bearer
        ? { ...fixed, authorization: `Bearer ${secret(bearer, [...at, 'bearer'])}` }
        : fixed,
      ...(users === undefined ? {} : { users: named(users, [...at, 'users'], secret) }),
      ...(oauth === undefined
        ? {}
        : {
            oauth: {
              ...definedOnly(oauth),
              tokenUrl: oauth.tokenUrl,
              clientId: oauth.clientId,
              clientSecret: secret(oauth.clientSecret, [...at, 'oauth', 'clientSecret']),
            },
          }),
    },
  };
}

function definedOnly({
  scope,
  resource,
}: {
  scope?: string | undefined;
  resource?: string | undefined;
}) {
  return {
    ...(scope === undefined ? {} : { scope }),
    ...(resource === undefined ? {} : { resource }),
  };
}

function stdioTarget(
  { command, environment, inherit, directory, limits }: Stdio,
  path: readonly PropertyKey[],
  { secret, environment: ours, baseDir }: McpSources,
): McpServerConfig['target'] {
  const inherited = inherit.flatMap((name) => {
    const value = ours[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    kind: 'stdio',
    limits,
    command: {
      command,
      environment: {
        ...Object.fromEntries(inherited),
        ...named(environment, [...path, 'environment'], secret),
      },
      directory: resolve(baseDir, directory ?? '.'),
    },
  };
}

function named(
  values: Readonly<Record<string, string | SecretReference>>,
  path: readonly PropertyKey[],
  secret: FetchAt,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : secret(value, [...path, name]),
    ]),
  );
}

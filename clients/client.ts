/** Key every client is given: it means nothing outside the workspace, the relay puts the session token in its place. */
export const PLACEHOLDER_KEY = 'aigov-placeholder';

/** Where clients find the gateway. */
export interface GatewayAddress {
  /** Base URL without trailing slash, for example `http://127.0.0.1:4180`; a provider's name follows it in the path. */
  readonly baseUrl: string;
  /** MCP servers policy allows, by name; clients are told of them below `/mcp/`. @default - none */
  readonly mcpServers?: readonly string[];
}

/** A file a client must find, because its environment alone does not lead it to the gateway. */
export interface ClientConfigFile {
  /** Path in the user's home, beginning with `~/`. */
  readonly path: string;
  /** Format of the file; `mergeClientConfig` joins it with one that is already there. */
  readonly merge: 'json' | 'toml';
  /** The whole text, ending with a newline. */
  readonly text: string;
}

/** A JSON file with these settings. */
export function jsonFile(path: string, settings: object): ClientConfigFile {
  return { path, merge: 'json', text: `${JSON.stringify(settings, null, 2)}\n` };
}

/** How a client's requests are told from others'. All text is lower case. */
export interface ClientSignature {
  /** Beginnings of the `user-agent` header. */
  readonly userAgents: readonly string[];
  /** Values of the `originator` header. */
  readonly originators?: readonly string[];
  /** Headers whose mere presence means this client, where its user agent is its SDK's. */
  readonly headers?: readonly string[];
  /** Headers that carry the client's own session id, best first. */
  readonly sessionHeaders?: readonly string[];
  /** Finds the session id in a request's body, for releases that send no header. */
  sessionInBody?(body: RequestBody): string | undefined;
}

/** A request's JSON, as it came from a stranger. */
export type RequestBody = Readonly<Record<string, unknown>>;

/** Everything aigov knows about one AI client. One file per client; no client fact lives elsewhere. */
export interface ClientDefinition {
  readonly id: string;
  readonly displayName: string;
  /** Programs that get a launcher; none for a library. */
  readonly commands: readonly string[];
  /** Variables that send the client to the gateway and switch off what it would send elsewhere. Holds no secret. */
  env(gateway: GatewayAddress): Readonly<Record<string, string>>;
  /** @default - the environment is enough */
  configFiles?(gateway: GatewayAddress): readonly ClientConfigFile[];
  readonly signature: ClientSignature;
  /** Name of each tool that runs a command line, with the argument that holds the line. */
  readonly shellTools: Readonly<Record<string, string>>;
  /** Hosts it calls besides the gateway when its switches are left alone. The switches are in `env` and `configFiles`. */
  readonly telemetryHosts: readonly string[];
}

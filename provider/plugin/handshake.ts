import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What Terraform gives a plugin in its environment. Source: terraform internal/plugin6/serve.go, go-plugin server.go. */
const MAGIC_COOKIE_KEY = 'TF_PLUGIN_MAGIC_COOKIE';
const MAGIC_COOKIE_VALUE = 'd602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2';
/** sun_path of a Unix socket, its final NUL not counted. */
const MAX_SOCKET_PATH_BYTES = 107;

export type Environment = Readonly<Record<string, string | undefined>>;

export interface HandshakeRequest {
  /** Terraform's own certificate for this start; undefined when it does not ask for mutual TLS. */
  readonly clientCertificatePem: string | undefined;
  readonly socketPath: string;
}

/** What Terraform asks for, or undefined when a person started the program by hand. */
export function readHandshake(environment: Environment): HandshakeRequest | undefined {
  if (environment[MAGIC_COOKIE_KEY] !== MAGIC_COOKIE_VALUE) return undefined;
  return {
    clientCertificatePem: environment['PLUGIN_CLIENT_CERT'] || undefined,
    socketPath: chooseSocketPath(environment['PLUGIN_UNIX_SOCKET_DIR'] || tmpdir()),
  };
}

function chooseSocketPath(directory: string): string {
  const name = `plugin-${randomBytes(6).toString('hex')}.sock`;
  const path = join(directory, name);
  return Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES ? path : join('/tmp', name);
}

/** The one line a plugin prints: core protocol 1, plugin protocol 6, where, and our certificate without padding. */
export function renderHandshake(socketPath: string, certificate: Uint8Array | undefined): string {
  const identity =
    certificate === undefined ? '' : Buffer.from(certificate).toString('base64').replace(/=+$/, '');
  return `1|6|unix|${socketPath}|grpc|${identity}\n`;
}

import { rm } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { ServerCredentials, type Server } from '@grpc/grpc-js';
import { createServerCertificate } from './certificate';
import type { ProviderDefinition } from './definition';
import { createPluginServer } from './grpc-server';
import { providerHandlers } from './handlers';
import { readHandshake, renderHandshake, type Environment } from './handshake';
import { createLog } from './log';
import type { Session } from './session';

const PARENT_CHECK_MS = 1000;

export interface ServeOptions {
  /** The process's environment: the magic cookie and Terraform's certificate come in it. */
  readonly environment: Environment;
  /** Gets the handshake line and nothing else, ever. */
  readonly stdout: Writable;
  /** Gets log lines that Terraform shows under TF_LOG. */
  readonly stderr: Writable;
  /** Names the provider in log lines and in the hint for people who start it by hand. */
  readonly name: string;
}

export interface RunningProvider {
  /** Resolves when Terraform asked for shutdown and the socket is gone. */
  readonly finished: Promise<void>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Serves a provider to the Terraform that started this process. Returns undefined when nobody asked for the plugin
 * protocol: then it has printed one line that says what this program is.
 */
export async function serveProvider<Client>(
  definition: ProviderDefinition<Client>,
  options: ServeOptions,
): Promise<RunningProvider | undefined> {
  const { environment, name, stderr, stdout } = options;
  const request = readHandshake(environment);
  if (request === undefined) {
    stdout.write(`${name} is a Terraform provider: Terraform starts it, people do not.\n`);
    return undefined;
  }
  const log = createLog(stderr, name);
  const session: Session<Client> = {
    definition,
    log,
    stop: new AbortController(),
    client: undefined,
  };
  const identity =
    request.clientCertificatePem === undefined ? undefined : createServerCertificate();
  const credentials =
    identity === undefined
      ? ServerCredentials.createInsecure()
      : ServerCredentials.createSsl(
          Buffer.from(request.clientCertificatePem ?? ''),
          [
            {
              private_key: Buffer.from(identity.privateKeyPem),
              cert_chain: Buffer.from(identity.certificatePem),
            },
          ],
          true,
        );
  const running = await bind(session, request.socketPath, credentials);
  stdout.write(renderHandshake(request.socketPath, identity?.der));
  return running;
}

async function bind<Client>(
  session: Session<Client>,
  socketPath: string,
  credentials: ServerCredentials,
): Promise<RunningProvider> {
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  let server: Server | undefined = undefined;
  const close = async () => {
    clearInterval(orphaned);
    session.stop.abort();
    server?.forceShutdown();
    await rm(socketPath, { force: true });
    finish();
  };
  const parent = process.ppid;
  // A Terraform that was killed asks for nothing any more; without this its providers would stay for ever.
  const orphaned = setInterval(() => {
    if (process.ppid !== parent) void close();
  }, PARENT_CHECK_MS).unref();
  // The answer to Shutdown must leave first, or Terraform waits out its two seconds.
  server = createPluginServer(providerHandlers(session), () => setTimeout(() => void close(), 5));
  await new Promise<void>((resolve, reject) => {
    server?.bindAsync(`unix://${socketPath}`, credentials, (error) =>
      error === null ? resolve() : reject(error),
    );
  });
  return { finished, close, [Symbol.asyncDispose]: close };
}

/**
 * The runtime's own door, for the person outside the jail: HTTP over a unix socket in the state folder (0700), which no
 * jail sees. The relay's port would not do, a jailed process reaches it.
 */
import { closeSync, constants, openSync, rmSync } from 'node:fs';
import {
  createServer,
  request,
  type IncomingMessage,
  type RequestOptions,
  type Server,
  type ServerResponse,
} from 'node:http';
import { basename, dirname } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { AigovError, AigovErrors } from '../policy';
import type { Exception, Exceptions } from './exceptions';

/** Longest request taken. */
const MAX_REQUEST_BYTES = 8_192;
const TIMEOUT_MS = 10_000;

interface Fault {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly at?: string;
}

/** Serves grants and revocations at `path`. A file left by a runtime that was killed is replaced: the port is the lock. */
export async function listenForControl(path: string, exceptions: Exceptions): Promise<Server> {
  rmSync(path, { force: true });
  const server = createServer((incoming, response) => void answer(incoming, response, exceptions));
  await withShortPath(
    path,
    (short) =>
      new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(short, resolve);
      }),
  );
  return server;
}

/** Longest path of a unix socket (unix(7)), its final zero left out. */
const MAX_SOCKET_PATH_BYTES = 107;

/** A path too long for a socket address is reached through its open folder. */
async function withShortPath<Result>(
  path: string,
  use: (short: string) => Promise<Result>,
): Promise<Result> {
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES) return use(path);
  const folder = openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    return await use(`/proc/self/fd/${folder}/${basename(path)}`);
  } finally {
    closeSync(folder);
  }
}

async function answer(
  incoming: IncomingMessage,
  response: ServerResponse,
  exceptions: Exceptions,
): Promise<void> {
  try {
    const [status, body] = await perform(incoming, exceptions);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  } catch (error) {
    const faults = error instanceof AigovErrors ? error.faults : [error];
    const body = { faults: faults.map(faultOf) };
    response.writeHead(422, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }
}

async function perform(
  incoming: IncomingMessage,
  exceptions: Exceptions,
): Promise<readonly [number, unknown]> {
  const { method, url = '' } = incoming;
  if (method === 'POST' && url === '/exceptions') {
    const { rule, durationMs } = await readGrant(incoming);
    return [201, await exceptions.grant(rule, durationMs)];
  }
  const id = /^\/exceptions\/([\w-]+)$/.exec(url)?.[1];
  if (method === 'DELETE' && id !== undefined)
    return (await exceptions.revoke(id)) ? [200, {}] : [404, {}];
  return [404, {}];
}

async function readGrant(incoming: IncomingMessage): Promise<{ rule: string; durationMs: number }> {
  if (Number(incoming.headers['content-length'] ?? Infinity) > MAX_REQUEST_BYTES)
    throw malformed(`longer than ${MAX_REQUEST_BYTES} bytes`);
  const body = JSON.parse(await readAll(incoming)) as { rule?: unknown; durationMs?: unknown };
  const { rule, durationMs } = body;
  if (typeof rule !== 'string' || !Number.isSafeInteger(durationMs) || Number(durationMs) <= 0)
    throw malformed('not a rule and a duration');
  return { rule, durationMs: Number(durationMs) };
}

function malformed(problem: string): AigovError {
  return new AigovError('EXCEPTION_REQUEST_INVALID', `the request is ${problem}`, {
    remedy: 'Use `aigov workspace allow RULE --for 15m` of the same version as the runtime.',
  });
}

function faultOf(error: unknown): Fault {
  const known = AigovError.is(error) ? error : malformed('not understood');
  const { code, message, remedy, at } = known;
  return { code, message, remedy, ...(at === undefined ? {} : { at }) };
}

/** Asks the runtime of this state folder for an exception. Throws what it refuses, or CONTROL_UNREACHABLE. */
export async function requestException(
  path: string,
  rule: string,
  durationMs: number,
): Promise<Exception> {
  const { status, body } = await call(path, 'POST', '/exceptions', { rule, durationMs });
  if (status === 201) return body as Exception;
  const { faults } = body as { faults: readonly Fault[] };
  throw new AigovErrors(
    faults.map(({ code, message, ...options }) => new AigovError(code, message, options)),
  );
}

/** Ends an exception. False when there is none of this id. */
export async function revokeException(path: string, id: string): Promise<boolean> {
  const { status } = await call(path, 'DELETE', `/exceptions/${encodeURIComponent(id)}`);
  return status === 200;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function call(path: string, method: string, route: string, body?: unknown): Promise<Answer> {
  const text = body === undefined ? '' : JSON.stringify(body);
  try {
    return await withShortPath(path, (socketPath) =>
      send({ socketPath, method, path: route }, text),
    );
  } catch (cause) {
    throw unreachable(path, cause);
  }
}

function send(options: RequestOptions, text: string): Promise<Answer> {
  const headers = { 'content-length': Buffer.byteLength(text) };
  return new Promise((resolve, reject) => {
    const outgoing = request({ ...options, headers, timeout: TIMEOUT_MS });
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer')));
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      readAll(response).then(
        (answered) =>
          resolve({ status: response.statusCode ?? 0, body: JSON.parse(answered) as unknown }),
        reject,
      );
    });
    outgoing.end(text);
  });
}

function unreachable(path: string, cause: unknown): AigovError {
  return new AigovError('CONTROL_UNREACHABLE', `${path}: no runtime answers`, {
    remedy: 'Run it outside the jail, where `aigov workspace status` finds the runtime.',
    at: path,
    cause,
  });
}

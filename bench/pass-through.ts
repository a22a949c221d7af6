import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Pool, type Dispatcher } from 'undici';

/**
 * The floor every gateway number is divided by: node:http in, undici out, bytes streamed through with back-pressure,
 * nothing else. Written as one would by hand, without tricks.
 */
export function createPassThrough(upstream: string) {
  const pool = new Pool(upstream);
  return createServer((request, response) => {
    const headers = { ...request.headers };
    delete headers.connection;
    const body = request.method === 'POST' ? request : null;
    pool.stream(
      {
        method: request.method as Dispatcher.HttpMethod,
        path: request.url ?? '/',
        headers,
        body,
        opaque: response,
      },
      passOn,
      (error) => onEnd(error, request, response),
    );
  });
}

type Answer = Dispatcher.StreamFactoryData<ServerResponse>;

function passOn({ statusCode, headers, opaque: response }: Answer) {
  delete headers['connection'];
  delete headers['keep-alive'];
  delete headers['transfer-encoding'];
  return response.writeHead(statusCode, headers);
}

function onEnd(error: Error | null, request: IncomingMessage, response: ServerResponse): void {
  if (error === null) return;
  request.destroy();
  response.destroy();
}

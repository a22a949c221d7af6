import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import type { ReadableStream as WebStream } from 'node:stream/web';
import { createMcpHandler, fromJsonSchema, McpServer } from '@modelcontextprotocol/server';

const SCHEMA = {
  type: 'object' as const,
  properties: { text: { type: 'string' as const } },
  required: ['text'],
};

/** An MCP server that speaks the stateless generation only, from the official SDK, on a real socket. */
export async function startModern() {
  const handler = createMcpHandler(
    () => {
      const server = new McpServer(
        { name: 'modern', version: '1' },
        { capabilities: { tools: { listChanged: true } } },
      );
      for (const name of ['shout', 'forbidden'])
        server.registerTool(
          name,
          { description: `${name} a text`, inputSchema: fromJsonSchema<{ text: string }>(SCHEMA) },
          ({ text }) => ({ content: [{ type: 'text', text: text.toUpperCase() }] }),
        );
      return server;
    },
    { legacy: 'reject' },
  );
  const seen: IncomingMessage['headers'][] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers);
    void answer(handler.fetch, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    handler,
    /** Headers of every request that arrived. */
    seen,
    async [Symbol.asyncDispose]() {
      await handler.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function answer(
  fetchHandler: (request: Request) => Promise<Response>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const answered = await fetchHandler(
    new Request(`http://127.0.0.1${request.url}`, {
      method: request.method ?? 'GET',
      headers: Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      signal: gone.signal,
      ...(request.method === 'POST'
        ? { body: Readable.toWeb(request) as ReadableStream, duplex: 'half' as const }
        : {}),
    }),
  );
  response.writeHead(answered.status, Object.fromEntries(answered.headers));
  if (answered.body === null) return void response.end();
  const body = Readable.fromWeb(answered.body as WebStream);
  body.on('error', () => response.destroy());
  body.pipe(response);
}

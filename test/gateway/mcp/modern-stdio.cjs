// An MCP server of both generations on its standard streams, from the official SDK.
const { McpServer, fromJsonSchema } = require('@modelcontextprotocol/server');
const { serveStdio } = require('@modelcontextprotocol/server/stdio');

const schema = {
  type: 'object',
  properties: { text: { type: 'string' } },
  required: ['text'],
};
serveStdio(() => {
  const server = new McpServer({ name: 'modern', version: '1' }, { capabilities: { tools: {} } });
  for (const name of ['shout', 'forbidden'])
    server.registerTool(
      name,
      { description: `${name} a text`, inputSchema: fromJsonSchema(schema) },
      ({ text }) => ({ content: [{ type: 'text', text: `${text.toUpperCase()} ${process.pid}` }] }),
    );
  return server;
});

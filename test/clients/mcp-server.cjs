// An MCP server over stdio with the tools `look` and `delete`; each call leaves a file NAME-TOOL in the folder.
const { writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { createInterface } = require('node:readline');

const [name, folder] = process.argv.slice(2);
const tools = ['look', 'delete'].map((tool) => ({
  name: tool,
  description: `${tool} something`,
  inputSchema: { type: 'object', properties: {} },
}));

function answer({ method, params }) {
  if (method === 'initialize')
    return {
      protocolVersion: params.protocolVersion,
      capabilities: { tools: {} },
      serverInfo: { name, version: '1' },
    };
  if (method === 'tools/list') return { tools };
  if (method === 'tools/call') {
    writeFileSync(join(folder, `${name}-${params.name}`), '');
    return { content: [{ type: 'text', text: 'done' }] };
  }
  return {};
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const request = JSON.parse(line);
  if (request.id === undefined) return;
  const result = answer(request);
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id: request.id, result })}\n`);
});

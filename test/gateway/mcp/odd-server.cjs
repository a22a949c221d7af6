// An MCP server that misbehaves in the way the called tool is named after.
const { spawn } = require('node:child_process');
const { createInterface } = require('node:readline');

const send = (message) =>
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const text = (id, value) => send({ id, result: { content: [{ type: 'text', text: value }] } });
const hold = [];

const TOOLS = {
  plain: (id) => text(id, 'fine'),
  pid: (id) => text(id, String(process.pid)),
  garbage(id) {
    process.stdout.write(
      'Welcome!\n{"jsonrpc":"2.0","id":\n\u0000\xff[]\n{"id":999,"result":{}}\n',
    );
    text(id, 'after garbage');
  },
  never: () => undefined,
  die: () => process.exit(3),
  huge: (id) => text(id, 'x'.repeat(10 * 1024 * 1024)),
  endless(_id) {
    const more = () => process.stdout.write('y'.repeat(1024 * 1024), more);
    more();
  },
  flood(_id) {
    const line = `${JSON.stringify({ stray: 'z'.repeat(1000) })}\n`.repeat(1000);
    const more = () => process.stdout.write(line, more);
    more();
  },
  hog() {
    for (let i = 0; i < 300; i += 1) hold.push(Buffer.alloc(1024 * 1024, i));
  },
  environment: (id) => text(id, JSON.stringify(process.env)),
  child(id) {
    const child = spawn('sleep', ['600'], { stdio: 'inherit' });
    text(id, String(child.pid));
  },
};

createInterface(process.stdin).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (method === 'initialize') {
    const { protocolVersion } = params;
    const serverInfo = { name: 'odd', version: '1' };
    send({ id, result: { protocolVersion, capabilities: { tools: {} }, serverInfo } });
  } else if (method === 'tools/call') TOOLS[params.name](id);
  else if (method === 'ping') send({ id, result: {} });
});

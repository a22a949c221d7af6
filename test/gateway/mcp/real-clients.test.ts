import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REAL_CLIENTS, type RealClient } from '../../../bench/real-clients/cases';
import { bodyText } from '../../../bench/real-clients/script';
import { World } from '../../../bench/real-clients/world';
import { openLedgerReader } from '../../../audit';
import type { ClientDefinition } from '../../../clients';
import type { ReceivedRequest, ScriptedTurn } from '../../../emulator';
import { testWithClient } from '../../real-clients';
import { ROOT } from '../../workspace/runtime';
import { program, stdioServer } from './world';

const SECRET = 'the-note-says-7391';
const POLICY = {
  mcpServers: {
    allow: ['files', 'local'],
    tools: { files: { deny: ['write_file', 'edit_file'] }, local: { allow: ['read_text_file'] } },
  },
};

/** Names of a server's tools in a request to the model, offered or only told of, as the client spells them. */
function named(body: string, server: string): readonly string[] {
  const spelled = new RegExp(String.raw`(?<![\w/])(?:mcp_+)?${server}_+[a-z_]+`, 'g');
  return [...new Set(body.match(spelled) ?? [])];
}

/** Most requests until the tool is called: a client may first ask for more about it, or its servers are not ready yet. */
const MAX_REQUESTS = 8;

/** The model's part: it calls the server's tool once, then reports what came of it. */
function asking({ shellTools }: ClientDefinition, server: string) {
  const bodies: string[] = [];
  let path = '';
  const isOffered = (name: string) => bodies.at(-1)?.includes(`"name":"${name}"`) === true;
  const turns = (request: ReceivedRequest): ScriptedTurn => {
    const body = bodyText(request);
    bodies.push(body);
    if (body.includes(SECRET)) return says(`It says ${SECRET}.`);
    const name = named(body, server).find((tool) => tool.endsWith('read_text_file'));
    if (name !== undefined && isOffered(name)) return calls(name, { path });
    // Codex keeps a server's tools in a namespace, which the scripted model cannot call.
    if (isOffered(`mcp__${server}`) || bodies.length > MAX_REQUESTS) return says('I give up.');
    // Claude Code tells of tools by name and wants to be asked for the rest.
    if (isOffered('ToolSearch'))
      return calls('ToolSearch', { query: `select:mcp__${server}__read_text_file` });
    const [shell] = Object.entries(shellTools).filter(([tool]) => isOffered(tool));
    if (shell === undefined) return says('A title');
    return calls(shell[0], { [shell[1]]: 'sleep 1', description: 'Waits for the servers' });
  };
  return { bodies, turns, note: (file: string) => void (path = file) };
}

function says(text: string): ScriptedTurn {
  return { content: [{ type: 'text', text }] };
}

function calls(name: string, input: Record<string, string>): ScriptedTurn {
  return { content: [{ type: 'tool_use', name, input }] };
}

async function runTurn(client: RealClient, bin: string, server: 'files' | 'local') {
  const asked = asking(client.definition, server);
  await using world = await World.start(client, ROOT, bin, {
    turns: asked.turns,
    policy: POLICY,
    mcpServers: (project) => [
      stdioServer('files', [process.execPath, program('server-filesystem'), project]),
    ],
    ownMcpServers: (project) => [
      { name: 'local', command: [process.execPath, program('server-filesystem'), project] },
    ],
  });
  const note = join(world.project, 'note.txt');
  asked.note(note);
  writeFileSync(note, SECRET);
  const ran = await world.runClient('Read the note.');
  await world.finish();
  await using ledger = openLedgerReader(world.ledgerFile);
  const { entries } = await ledger.timeline({ kinds: ['mcp_call'], limit: 100 });
  const tools = asked.bodies.flatMap((body) => named(body, server));
  return { ran, calls: entries, tools: [...new Set(tools)], bodies: asked.bodies };
}

const CLAUDE: RealClient = {
  ...(REAL_CLIENTS['claude'] as RealClient),
  argv: (prompt) => [
    'claude',
    '-p',
    prompt,
    '--output-format',
    'json',
    '--allowedTools',
    'mcp__files,mcp__local',
  ],
};

testWithClient(
  'claude',
  'Claude Code finds approved MCP servers by itself, is not shown a denied tool, and its call is in the ledger [GW-2]',
  async (bin) => {
    const { ran, calls, tools } = await runTurn(CLAUDE, bin, 'files');
    expect(ran.stdout).toContain(SECRET);
    expect(tools).toContain('mcp__files__read_text_file');
    expect(tools).not.toContain('mcp__files__write_file');
    expect(calls).toMatchObject([
      {
        ending: 'completed',
        client: 'claude-code',
        actor: { user: 'alice' },
        workspace: { name: 'dev' },
        data: { server: 'files', tool: 'read_text_file', isError: false },
      },
    ]);
    expect(calls[0]?.firewall?.sessionId).toBeDefined();
  },
);

testWithClient(
  'claude',
  'an MCP server of the workspace runs in the jail, started by the relay',
  async (bin) => {
    const { ran, calls, tools } = await runTurn(CLAUDE, bin, 'local');
    expect(ran.stdout).toContain(SECRET);
    expect(tools).toEqual(['mcp__local__read_text_file']);
    expect(calls).toMatchObject([{ data: { server: 'local' }, reporter: { user: 'alice' } }]);
  },
);

for (const name of ['gemini', 'opencode'])
  testWithClient(name, `${name} finds the same server through its own file [GW-2]`, async (bin) => {
    const { ran, calls, tools } = await runTurn(REAL_CLIENTS[name] as RealClient, bin, 'files');
    expect(`${ran.stdout}${ran.stderr}`).toContain(SECRET);
    expect(tools.some((tool) => tool.endsWith('write_file'))).toBe(false);
    expect(calls).toMatchObject([{ ending: 'completed', data: { tool: 'read_text_file' } }]);
  });

testWithClient(
  'codex',
  'codex offers the model the allowed tools of the same server [GW-2]',
  async (bin) => {
    const { bodies } = await runTurn(REAL_CLIENTS['codex'] as RealClient, bin, 'files');
    const body = bodies.join('\n');
    expect(body).toContain('"name":"mcp__files"');
    expect(body).toContain('"name":"read_text_file"');
    expect(body).not.toContain('"name":"write_file"');
  },
);

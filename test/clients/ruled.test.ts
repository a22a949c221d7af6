import { join } from 'node:path';
import { REAL_CLIENTS } from '../../bench/real-clients/cases';
import {
  renderClaudeCodePolicy,
  renderCodexPolicy,
  renderGeminiCliPolicy,
  renderOpencodePolicy,
  type RenderedClientPolicy,
} from '../../clients';
import type { PolicyDocument } from '../../policy';
import { testWithClient } from '../real-clients';
import { ruledTurn, type RuledTurn, type ToolCall } from './ruled-client';

// Released clients, their policy where the renderer says, a model that asks for what is refused. Nothing but the
// client's own reading of the file stands in the way: no jail, no guard. The same turn without the policy does it all.

interface Case {
  /** Name in bench/real-clients. */
  readonly client: string;
  readonly render: (policy: PolicyDocument) => RenderedClientPolicy;
  /** Besides the commands all clients are forbidden. */
  readonly policy: Partial<PolicyDocument>;
  /** The client's own files: MCP servers, permissions. */
  readonly files?: (project: string) => Readonly<Record<string, string>>;
  readonly shell: (line: string) => ToolCall;
  readonly calls: readonly ToolCall[];
  /** Names the project has more without the policy; in it they are missing. */
  readonly refused: readonly string[];
  readonly allowed: readonly string[];
  /** Texts the model sees only without the policy. */
  readonly untold: readonly string[];
}

const EMPTY: PolicyDocument = { apiVersion: 'aigov/v1', name: 'p' };
const FORBIDDEN: PolicyDocument = {
  ...EMPTY,
  commands: { deny: [{ id: 'no-forbidden', argv: ['touch', 'forbidden'] }] },
};

const SERVER = join(__dirname, 'mcp-server.cjs');
const serverArguments = (name: string, project: string) => [SERVER, name, project];
const serversOf = (make: (name: string) => object) =>
  Object.fromEntries(['good', 'bad'].map((name) => [name, make(name)]));
const stdioServers = (project: string) =>
  serversOf((name) => ({ command: process.execPath, args: serverArguments(name, project) }));

const CASES: readonly Case[] = [
  {
    client: 'claude',
    render: renderClaudeCodePolicy,
    policy: {
      tools: { deny: ['WebFetch'] },
      files: { hidden: ['~/.ssh'], readOnly: ['$WORKDIR/fixed'] },
      mcpServers: { allow: ['good'], tools: { good: { deny: ['delete'] } } },
    },
    files: (project) => ({
      '~/.ssh/key': 'private-text',
      '~/.claude/settings.json': JSON.stringify({
        permissions: { allow: ['Read', 'Write', 'WebFetch', 'mcp__good', 'mcp__bad'] },
      }),
      '~/.claude.json': JSON.stringify({ mcpServers: stdioServers(project) }),
    }),
    shell: (command) => ({ name: 'Bash', input: { command, description: 'x' } }),
    calls: [
      { name: 'Read', input: { file_path: '~/.ssh/key' } },
      { name: 'Write', input: { file_path: 'fixed/a', content: 'x' } },
      { name: 'Write', input: { file_path: 'free', content: 'x' } },
      { name: 'mcp__good__look', input: {} },
      { name: 'mcp__good__delete', input: {} },
      { name: 'mcp__bad__look', input: {} },
    ],
    refused: ['bad-look', 'fixed', 'good-delete'],
    allowed: ['free', 'good-look'],
    // tools it does not describe at once are a list of names
    untold: ['private-text', String.raw`\nWebFetch\n`],
  },
  {
    client: 'codex',
    render: renderCodexPolicy,
    policy: {},
    shell: (cmd) => ({ name: 'exec_command', input: { cmd } }),
    calls: [],
    refused: [],
    allowed: [],
    untold: [],
  },
  {
    client: 'gemini',
    render: renderGeminiCliPolicy,
    policy: {
      tools: { deny: ['web_fetch'] },
      mcpServers: { allow: ['good'], tools: { good: { deny: ['delete'] } } },
    },
    files: (project) => ({
      '.gemini/settings.json': JSON.stringify({ mcpServers: stdioServers(project) }),
    }),
    shell: (command) => ({ name: 'run_shell_command', input: { command } }),
    calls: ['mcp_good_look', 'mcp_good_delete', 'mcp_bad_look'].map((name) => ({
      name,
      input: {},
    })),
    refused: ['bad-look', 'good-delete'],
    allowed: ['good-look'],
    untold: ['"name":"web_fetch"'],
  },
  {
    client: 'opencode',
    render: renderOpencodePolicy,
    policy: {
      tools: { deny: ['webfetch'] },
      mcpServers: { deny: ['bad'], tools: { good: { deny: ['delete'] } } },
    },
    files: (project) => ({
      'opencode.json': JSON.stringify({
        mcp: serversOf((name) => ({
          type: 'local',
          command: [process.execPath, ...serverArguments(name, project)],
        })),
      }),
    }),
    shell: (command) => ({ name: 'bash', input: { command, description: 'x' } }),
    calls: ['good_look', 'good_delete', 'bad_look'].map((name) => ({ name, input: {} })),
    refused: ['bad-look', 'good-delete'],
    allowed: ['good-look'],
    untold: ['"name":"webfetch"'],
  },
];

/** One that must run, and some that must not. */
const LINES = ['touch fine', 'touch forbidden', 'true && touch forbidden'];

function turnOf(given: Case, bin: string, policy: PolicyDocument): Promise<RuledTurn> {
  const client = REAL_CLIENTS[given.client];
  if (client === undefined) throw new Error(`no client ${given.client}`);
  const calls = [...LINES.map(given.shell), ...given.calls];
  const { files = () => ({}) } = given;
  return ruledTurn({ client, bin, rendered: given.render(policy), calls, files });
}

for (const given of CASES) {
  const { client, refused, allowed, untold, policy } = given;
  const all = [...refused, ...allowed, 'forbidden', 'fine'];
  const made = ({ files }: RuledTurn) => files.filter((name) => all.includes(name)).toSorted();

  testWithClient(client, `${client} obeys the rendered policy`, async (bin) => {
    const turn = await turnOf(given, bin, { ...FORBIDDEN, ...policy });
    expect(turn.status).toBe(0);
    expect(made(turn)).toEqual([...allowed, 'fine'].toSorted());
    for (const text of untold) expect(turn.told.includes(text)).toBe(false);
  });

  testWithClient(client, `${client} does all of it without`, async (bin) => {
    const turn = await turnOf(given, bin, EMPTY);
    expect(made(turn)).toEqual(all.toSorted());
    for (const text of untold) expect(turn.told.includes(text)).toBe(true);
  });
}

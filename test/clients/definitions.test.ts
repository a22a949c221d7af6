import { PLACEHOLDER_KEY, allClients, identifyClient, type ClientDefinition } from '../../clients';

const gateway = { baseUrl: 'http://127.0.0.1:4180' };
const named = allClients.map((client): [string, ClientDefinition] => [client.id, client]);

const configured = (client: ClientDefinition): string =>
  [
    ...Object.values(client.env(gateway)),
    ...(client.configFiles?.(gateway) ?? []).map((file) => file.text),
  ].join('\n');

test('ids are unique and no two clients want different values of one variable [TM-1]', () => {
  const values = new Map<string, Set<string>>();
  for (const [name, value] of allClients.flatMap((client) => Object.entries(client.env(gateway)))) {
    values.set(name, (values.get(name) ?? new Set()).add(value));
  }
  expect(new Set(allClients.map((client) => client.id)).size).toBe(allClients.length);
  expect([...values].filter(([, wanted]) => wanted.size > 1)).toEqual([]);
});

test.each(named)(
  '%s is sent to the gateway with nothing but the placeholder key [GW-4]',
  (_id, client) => {
    const text = configured(client);
    expect(text).toContain(gateway.baseUrl);
    expect(`${text}${JSON.stringify(client.env(gateway))}`).toContain(
      client.id === 'codex' ? 'OPENAI_API_KEY' : PLACEHOLDER_KEY,
    );
  },
);

test.each(named)('%s has variables the agent passes on unchanged', (_id, client) => {
  for (const [name, value] of Object.entries(client.env(gateway))) {
    expect(name).toMatch(/^[A-Z][A-Z0-9_]*$/);
    // the agent expands `$` in values
    expect(value).toMatch(/^[^$\n]+$/);
  }
});

test.each(named)('%s is recognised by its own agent string', (id, client) => {
  expect(client.signature.userAgents.length).toBeGreaterThan(0);
  for (const agent of client.signature.userAgents) {
    expect(identifyClient({ 'user-agent': `${agent}1.0` }).client).toBe(id);
  }
});

const MCP_FORMS: Readonly<Record<string, readonly [path: string, form: RegExp]>> = {
  'claude-code': [
    '~/.claude.json',
    /"mcpServers": \{\s*"my-files": \{\s*"type": "http",\s*"url": /,
  ],
  codex: ['~/.codex/config.toml', /\n\[mcp_servers\.my-files\]\nurl = "[^"]+"\nhttp_headers = \{ /],
  'gemini-cli': ['~/.gemini/settings.json', /"mcpServers": \{\s*"my-files": \{\s*"httpUrl": /],
  'qwen-code': ['~/.qwen/settings.json', /"mcpServers": \{\s*"my-files": \{\s*"httpUrl": /],
  opencode: [
    '~/.config/opencode/opencode.json',
    /"mcp": \{\s*"my-files": \{\s*"type": "remote",\s*"url": /,
  ],
  'copilot-cli': ['~/.copilot/mcp-config.json', /"my-files": \{\s*"type": "http",\s*"url": /],
};

test.each(Object.entries(MCP_FORMS))(
  '%s is told of MCP servers in its own file, and of none where there is none [GW-2]',
  (id, [path, form]) => {
    const files = (mcpServers: readonly string[]) =>
      allClients
        .find((client) => client.id === id)
        ?.configFiles?.({ ...gateway, mcpServers })
        .filter((file) => file.path === path) ?? [];
    const [told] = files(['my-files', 'jira']);
    expect(told?.text).toMatch(form);
    expect(told?.text).toContain(`${gateway.baseUrl}/mcp/jira`);
    expect(told?.text).toContain(`Bearer ${PLACEHOLDER_KEY}`);
    expect(
      files([])
        .map(({ text }) => text)
        .join(''),
    ).not.toMatch(/mcp/i);
  },
);

test.each(named)('%s: files to merge are in the home and whole', (_id, client) => {
  for (const file of client.configFiles?.(gateway) ?? []) {
    expect(file.path).toMatch(/^~\/\.[\w./-]+$/);
    expect(file.text.endsWith('\n')).toBe(true);
    if (file.merge === 'json') expect(JSON.parse(file.text)).toBeInstanceOf(Object);
    else expect(file.text).toMatch(/^([\w-]+ = (".*"|true|false)\n|\[[\w.]+\]\n|\n)+$/);
  }
});

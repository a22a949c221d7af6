import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { parsePolicy } from '../../policy/schema';
import { HEAD, policyCli } from './policy-cli';

const cli = policyCli();

function run(files: Readonly<Record<string, string>>, ...argv: readonly string[]) {
  cli.write(files);
  return cli.run(argv);
}

describe('compose', () => {
  test('prints one document: grants cut by the ceiling, denies united, the lower limit', async () => {
    const files = {
      'org.yaml': `${HEAD}name: org\nnetwork: { ceiling: ["domain=*.corp.example"], deny: ["domain=x.corp.example"] }\nmodels: { maxOutputTokens: 9 }\n`,
      'team.yaml': `${HEAD}name: team\nnetwork: { allow: ["method=GET", "domain=pastebin.com"] }\nmodels: { maxOutputTokens: 5 }\n`,
    };
    const { stdout } = await run(files, 'compose', 'org.yaml', 'team.yaml');
    expect(parsePolicy(stdout, 'x.yaml')).toEqual({
      apiVersion: 'aigov/v1',
      name: 'org+team',
      network: {
        compat: 'strict',
        allow: ['method=GET domain=*.corp.example'],
        ceiling: ['domain=*.corp.example'],
        deny: ['domain=x.corp.example'],
      },
      models: { maxOutputTokens: 5 },
    });
  });
});

describe('render', () => {
  test("writes Coder's config.yaml back as it was", async () => {
    const config =
      'allowlist:\n  - "domain=*.github.com"\n  - ""\njail_type: "landjail"\nproxy_port: 8087\nsession_id_inject_targets:\n  - "domain=a.example"\n';
    expect(
      (await run({ 'config.yaml': config }, 'render', 'config.yaml', '--as', 'boundary')).stdout,
    ).toBe(config);
  });

  test.each(['boundary', 'claude-code', 'codex', 'gemini', 'opencode', 'squid', 'networkpolicy'])(
    'as %s refuses to lose what it cannot express, and names it',
    async (format) => {
      const policy = `${HEAD}name: p\nnetwork: { deny: ["path=/x"] }\nbudgets: [{ scope: user, limitUsd: 1 }]\n`;
      const { code, stderr, stdout } = await run(
        { 'p.yaml': policy },
        'render',
        'p.yaml',
        '--as',
        format,
      );
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(/POLICY_RENDER_LOSS.*network.*budgets/);
      expect((await run({}, 'render', 'p.yaml', '--as', format, '--allow-loss')).code).toBe(0);
    },
  );

  test('as claude-code denies tools, commands, files and MCP servers', async () => {
    const policy = `${HEAD}name: p
commands: { deny: [{ id: no-push, argv: [git, push, --force] }] }
tools: { deny: [WebFetch] }
files: { hidden: ["~/.ssh"], readOnly: ["/etc"] }
mcpServers: { allow: [github], tools: { github: { deny: [delete_repo] } } }
`;
    const { stdout } = await run({ 'p.yaml': policy }, 'render', 'p.yaml', '--as', 'claude-code');
    expect(JSON.parse(stdout)).toEqual({
      permissions: {
        deny: [
          'WebFetch',
          'Bash(git push --force:*)',
          'mcp__github__delete_repo',
          'Read(~/.ssh)',
          'Read(~/.ssh/**)',
          'Edit(~/.ssh)',
          'Edit(~/.ssh/**)',
          'Edit(//etc)',
          'Edit(//etc/**)',
        ],
      },
      allowManagedMcpServersOnly: true,
      allowedMcpServers: [{ serverName: 'github' }],
    });
  });

  test('as codex, gemini and opencode forbids commands', async () => {
    const files = {
      'p.yaml': `${HEAD}name: p\ncommands: { deny: [{ id: no-push, argv: [git, push] }] }\n`,
    };
    expect((await run(files, 'render', 'p.yaml', '--as', 'codex')).stdout).toContain(
      '{ pattern = [{ token = "git" }, { token = "push" }], decision = "forbidden", justification =',
    );
    expect((await run({}, 'render', 'p.yaml', '--as', 'gemini')).stdout).toContain(
      'commandPrefix = "git push"\ntoolName = "run_shell_command"\n',
    );
    expect(
      JSON.parse((await run({}, 'render', 'p.yaml', '--as', 'opencode')).stdout),
    ).toMatchObject({
      permission: { bash: { '*': 'allow', 'git push': 'deny', 'git push *': 'deny' } },
    });
  });

  test('two files are written below a folder or told as data, never run together', async () => {
    const files = { 'p.yaml': `${HEAD}name: p\nmcpServers: { allow: [a] }\n` };
    const render = ['render', 'p.yaml', '--as', 'gemini'];
    expect(await run(files, ...render)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('--out DIR') as string,
    });
    expect((await run({}, ...render, '--out', 'root')).code).toBe(0);
    const written = readFileSync(cli.path('root/etc/gemini-cli/settings.json'), 'utf8');
    expect(JSON.parse((await run({}, ...render, '--json')).stdout)).toMatchObject({
      path: '/etc/gemini-cli/policies/aigov.toml',
      also: { path: '/etc/gemini-cli/settings.json', text: written },
    });
  });

  test('as squid keeps label boundaries and denies by default', async () => {
    const files = {
      'p.yaml': `${HEAD}name: p\nnetwork: { allow: ["domain=*.github.com"], tcp: ["git.corp.example:22"] }\n`,
    };
    const { stdout } = await run(files, 'render', 'p.yaml', '--as', 'squid');
    expect(stdout).toContain(
      'acl aigov_allow_0 dstdom_regex -n ^.+\\.github\\.com$\nhttp_access allow aigov_allow_0\n',
    );
    expect(stdout).toContain('http_access allow CONNECT aigov_tcp_0 aigov_tcp_0_port\n');
    expect(stdout.trim().endsWith('http_access deny all')).toBe(true);
  });

  test('as networkpolicy opens the public internet only to those who may use it', async () => {
    const files = {
      'p.yaml': `${HEAD}name: Org 1\nnetwork: { privateAddresses: ["10.1.0.0/16"] }\n`,
    };
    const { stdout } = await run(files, 'render', 'p.yaml', '--as', 'networkpolicy');
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'NetworkPolicy',
      metadata: { name: 'aigov-org-1' },
      spec: {
        egress: [
          { ports: [{ port: 53 }, { port: 53 }] },
          { to: [{ ipBlock: { cidr: '10.1.0.0/16' } }] },
        ],
      },
    });
  });
});

describe('import', () => {
  test('squid: whole hosts are understood, the rest is named, exit 1', async () => {
    const squid =
      'acl good dstdomain .github.com api.example.com\nacl slow time M\nhttp_access allow good\nhttp_access deny all\n';
    const { code, stdout, stderr } = await run(
      { 'squid.conf': squid },
      'import',
      'squid',
      'squid.conf',
    );
    expect(code).toBe(1);
    expect(stderr).toBe('not understood: acl slow time M\n');
    expect(parsePolicy(stdout, 'x').network?.allow).toEqual([
      'domain=github.com',
      'domain=*.github.com',
      'domain=api.example.com',
    ]);
  });

  test('claude-code: permissions become tools, commands, files and domains', async () => {
    const settings = JSON.stringify({
      permissions: {
        allow: ['WebFetch(domain:docs.rs)'],
        deny: ['Bash(git push:*)', 'Read(//secret/**)', 'WebSearch'],
      },
    });
    const { code, stdout } = await run(
      { 's.json': settings },
      'import',
      'claude-code',
      's.json',
      '--json',
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      policy: {
        network: { allow: ['domain=docs.rs'] },
        commands: { deny: [{ argv: ['git', 'push'] }] },
        files: { hidden: ['/secret'] },
        tools: { deny: ['WebSearch'] },
      },
    });
  });

  test("boundary: Coder's file becomes a layer", async () => {
    const { stdout } = await run(
      { 'config.yaml': 'allowlist: ["domain=a.example"]\n' },
      'import',
      'boundary',
      'config.yaml',
    );
    expect(parse(stdout)).toMatchObject({
      name: 'config',
      network: { compat: 'boundary', allow: ['domain=a.example'] },
    });
  });
});

describe('test', () => {
  const policy = `${HEAD}name: p\nnetwork: { allow: ["domain=github.com"] }\n`;
  const cases = (expect: string) =>
    `policies: [p.yaml]\ntests:\n  - { name: github, network: { method: GET, url: "https://github.com/" }, expect: ${expect} }\n  - { command: { argv: [rm, -rf, /] }, expect: deny, reason: destructive_command }\n`;

  test('passes and fails by the table, exit 1 when a case fails', async () => {
    expect(
      await run({ 'p.yaml': policy, 't.yaml': cases('allow') }, 'test', 't.yaml'),
    ).toMatchObject({ code: 0, stdout: '2 passed, 0 failed\n' });
    const failed = await run({ 't.yaml': cases('deny') }, 'test', 't.yaml');
    expect(failed.code).toBe(1);
    expect(failed.stdout).toContain('FAIL t.yaml: github\n  effect is allow, expected deny\n');
  });

  test('a case that asks nothing is named with its place, exit 2', async () => {
    const { code, stderr } = await run(
      { 't.yaml': 'policies: [p.yaml]\ntests: [{ expect: allow }]\n' },
      'test',
      't.yaml',
    );
    expect(code).toBe(2);
    expect(stderr).toContain('POLICY_TEST_INVALID t.yaml: tests.0');
  });
});

import { policyCli } from './policy-cli';

const cli = policyCli();

beforeAll(() => {
  cli.write({
    'org.yaml':
      'apiVersion: aigov/v1\nname: org\nnetwork:\n  allow: ["domain=github.com"]\n  ceiling: ["domain=*.corp.example"]\n',
    'team.yaml':
      'apiVersion: aigov/v1\nname: team\nnetwork:\n  allow: ["domain=git.corp.example", "domain=pastebin.com"]\n',
    'bad.yaml': 'apiVersion: aigov/v1\nname: bad\nnetwrk: {}\nnetwork:\n  allow: [""]\n',
    'config.yaml': 'allowlist: ["path=/"]\nproxy_port: 8087\n',
    'contractors.yaml':
      'apiVersion: aigov/v1\nname: contractors\nnetwork: { deny: ["domain=github.com"] }\nselectors: { match: { groups: ["contractors"] } }\n',
  });
});

const run = (argv: readonly string[], input = '') => cli.run(argv, { input });

function lines(output: string): readonly Record<string, unknown>[] {
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('check', () => {
  test('names the layers, and warns of a grant wholly outside its ceiling with both places', async () => {
    const { code, stdout } = await run(['check', '--json', 'org.yaml', 'team.yaml']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      layers: ['org', 'team'],
      warnings: [
        { code: 'POLICY_GRANT_OUTSIDE_CEILING', at: 'team.yaml:4:38', other: 'org.yaml:5:12' },
      ],
    });
  });

  test('reports all faults of all files at once, exit 2', async () => {
    const { code, stdout, stderr } = await run(['check', '--json', 'bad.yaml', 'gone.yaml']);
    expect(code).toBe(2);
    const { errors } = JSON.parse(stdout) as {
      errors: { code: string; at: string; remedy: string }[];
    };
    expect(errors.map((error) => [error.code, error.at])).toEqual([
      ['POLICY_KEY_UNKNOWN', 'bad.yaml:3:1'],
      ['POLICY_RULE_EMPTY', 'bad.yaml:5:11'],
      ['POLICY_FILE_UNREADABLE', 'gone.yaml'],
    ]);
    expect(stderr).toContain('remedy: Write "network" instead of "netwrk".');
  });

  test("takes Coder's config.yaml, hazards included", async () => {
    expect((await run(['check', 'config.yaml'])).code).toBe(0);
  });

  test('without a file is wrong usage, exit 2', async () => {
    expect((await run(['check'])).code).toBe(2);
  });
});

describe('decide', () => {
  test('answers line by line in order, echoes ids, and goes on after bad lines', async () => {
    const input = [
      '{"id":1,"network":{"method":"GET","url":"https://git.corp.example/x"}}',
      'not json',
      '{"id":"b","network":{"method":"GET","url":"https://pastebin.com/"}}',
      '{"id":4,"policy":{"apiVersion":"aigov/v1","name":"x","network":{"allow":[""]}},"network":{"method":"GET","url":"https://a/"}}',
      '{"id":5,"policy":{"allowlist":[""]},"network":{"method":"GET","url":"https://a/"}}',
      '{"id":6,"command":{"argv":["rm","-rf","/"]}}',
      '{"id":7,"tool":{"name":"Bash","arguments":{"command":"rm -rf /"}},"policy":[{"apiVersion":"aigov/v1","name":"x","tools":{"shell":"guard"}}]}',
      '{"id":8,"network":{"method":"GET"}}',
      '{"id":9,"model":{"provider":"anthropic","model":"claude"}}',
      '{"id":10,"file":{"op":"write","path":"/x"},"tcp":{"host":"a","port":1}}',
    ].join('\n');
    const { code, stdout } = await run(['decide', 'org.yaml', 'team.yaml'], input);
    expect(code).toBe(0);
    expect(lines(stdout)).toMatchObject([
      {
        id: 1,
        effect: 'allow',
        reason: 'rule_matched',
        layer: 'team',
        rule: 'domain=git.corp.example',
      },
      { error: { code: 'REQUEST_INVALID' } },
      { id: 'b', effect: 'deny', reason: 'outside_ceiling', layer: 'org' },
      { id: 4, error: { code: 'POLICY_RULE_EMPTY', at: 'network.allow[0]' } },
      { id: 5, effect: 'allow', rule: '' },
      { id: 6, effect: 'deny', reason: 'destructive_command' },
      { id: 7, effect: 'deny', reason: 'destructive_command' },
      { id: 8, error: { code: 'REQUEST_INVALID', at: 'network.url' } },
      { id: 9, effect: 'allow', reason: 'unrestricted' },
      { id: 10, error: { code: 'REQUEST_INVALID' } },
    ]);
  });
});

describe('explain', () => {
  test('names layer, rule and the smallest change, and refuses one the ceiling forbids', async () => {
    const { code, stdout } = await run([
      'explain',
      'org.yaml',
      'team.yaml',
      'GET',
      'https://pastebin.com/raw/1',
    ]);
    expect(code).toBe(1);
    expect(stdout).toContain('DENY GET https://pastebin.com/raw/1');
    expect(stdout).toContain('outside_ceiling, decided by layer "org", rule "domain=pastebin.com"');
    expect(stdout).toContain('No layer below "org" can allow this');
    expect(stdout).not.toMatch(/add .* of layer "team"/i);
  });

  test('suggests the narrowest rule where nothing forbids it', async () => {
    const { stdout } = await run([
      'explain',
      'org.yaml',
      'team.yaml',
      'GET',
      'https://x.corp.example/a/b',
    ]);
    expect(stdout).toContain(
      'Add "method=GET domain=x.corp.example path=/a/b" to network.allow of layer "team".',
    );
  });

  test('answers about commands, models, tools, files and TCP, exit 1 when denied', async () => {
    const codes = [];
    for (const question of [
      ['--command', 'rm -rf /'],
      ['--model', 'openai/o1'],
      ['--tool', 'Bash'],
      ['--file', 'read:/etc/passwd'],
      ['--tcp', 'git.corp.example:22'],
    ]) {
      codes.push((await run(['explain', 'org.yaml', ...question])).code);
    }
    expect(codes).toEqual([1, 0, 0, 0, 1]);
  });

  test('chooses layers by their selectors', async () => {
    const question = ['explain', 'org.yaml', 'contractors.yaml', 'GET', 'https://github.com/'];
    expect((await run(question)).code).toBe(0);
    expect((await run([...question, '--group', 'contractors'])).code).toBe(1);
  });

  test('without a question is wrong usage, exit 2', async () => {
    expect((await run(['explain'])).code).toBe(2);
  });
});

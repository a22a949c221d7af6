import { openLedger, openSpool, type Recorder } from '../../audit';
import { compilePolicy, decideNetwork } from '../../policy';
import { parsePolicy } from '../../policy/schema';
import { startServer } from '../../server';
import { event, WORKSPACE } from '../audit/harness';
import { HEAD, policyCli } from './policy-cli';

const cli = policyCli();

function run(files: Readonly<Record<string, string>>, ...argv: readonly string[]) {
  cli.write(files);
  return cli.run(argv);
}

describe('suggest', () => {
  const record = (url: string, method = 'GET', effect = 'deny') =>
    JSON.stringify({ kind: 'egress', data: { effect, method, url } });
  const org = `${HEAD}name: org\nnetwork: { ceiling: ["domain=*.corp.example", "domain=github.com"], deny: ["domain=bad.corp.example"] }\n`;
  const lines = [
    ...['a', 'b', 'c'].map((host) => record(`https://${host}.pkg.corp.example/v1/x`)),
    ...['1', '2', '3', '4'].map((file) => record(`https://github.com/org/repo/${file}`)),
    record('https://github.com/org/repo/1'),
    record('https://pastebin.com/raw'),
    record('https://bad.corp.example/'),
    record('https://user@x.corp.example/'),
    record('https://allowed.corp.example/', 'GET', 'allow'),
  ].join('\n');

  test('generalises hosts and paths with evidence, never past a ceiling or a deny', async () => {
    const { stdout, stderr } = await run(
      { 'org.yaml': org, 'r.jsonl': lines },
      'suggest',
      'org.yaml',
      '--records',
      'r.jsonl',
    );
    const layer = parsePolicy(stdout, 'x.yaml');
    expect(layer.network?.allow).toEqual([
      'method=GET domain=github.com path=/org/repo/*',
      'method=GET domain=*.pkg.corp.example path=/v1/x',
    ]);
    expect(stderr).toContain('pastebin.com/raw" (once): outside_ceiling');
    expect(stderr).toContain('bad.corp.example/" (once): denied_by_rule');
    expect(stderr).toContain('ambiguous_target');
    const policy = compilePolicy([parsePolicy(org, 'o'), layer]);
    expect(
      decideNetwork(policy, { method: 'GET', url: 'https://github.com/org/repo/4' }).effect,
    ).toBe('allow');
    expect(
      decideNetwork(policy, { method: 'POST', url: 'https://github.com/org/repo/4' }).effect,
    ).toBe('deny');
  });

  test('two hosts are no evidence for a star, and shared parents never are', async () => {
    const records = [
      'https://a.x.example/',
      'https://b.x.example/',
      ...['a', 'b', 'c'].map((name) => `https://${name}.github.io/`),
    ];
    const { stdout } = await run(
      { 'r.jsonl': records.map((url) => record(url)).join('\n') },
      'suggest',
      '--records',
      'r.jsonl',
    );
    expect(stdout).not.toContain('*.');
    expect(parsePolicy(stdout, 'x').network?.allow).toHaveLength(5);
  });

  test('a folder that is not there is named, exit 2', async () => {
    expect(await run({}, 'suggest', '--audit', 'nowhere')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('AUDIT_UNREADABLE') as string,
    });
  });
});

describe('from the records', () => {
  const DENIALS = [
    {
      protocol: 'http/1.1',
      method: 'POST',
      url: 'https://seen.example/v1/x',
      host: 'seen.example',
    },
    { protocol: 'dns', host: 'seen.example' },
    { protocol: 'dns', host: 'named.example' },
    { protocol: 'connect', method: 'CONNECT', host: 'named.example', port: 443 },
    { protocol: 'tcp', host: 'git.example', port: 22 },
    { protocol: 'dns', host: '*.example' },
    { protocol: 'dns', host: 'x y.example' },
  ];
  const SUGGESTED = {
    network: {
      allow: ['domain=named.example', 'method=POST domain=seen.example path=/v1/x'],
      tcp: ['git.example:22'],
    },
  };

  async function tell(recorder: Recorder): Promise<void> {
    for (const { protocol, ...data } of DENIALS) {
      const kind = protocol === 'dns' ? 'dns' : 'egress';
      const facts = { effect: 'deny', protocol, ...data };
      await recorder.record(event({ kind, workspace: WORKSPACE, data: facts }));
    }
    const monitored = { effect: 'allow', denial: { reason: 'no_rule_matched', remedy: '' } };
    const request = { method: 'GET', url: 'https://monitored.example/', host: 'monitored.example' };
    await recorder.record(event({ data: { ...monitored, ...request } }));
    await recorder.record(event({ data: { effect: 'allow', ...request, host: 'fine.example' } }));
  }

  test('of a running server, names and ports included, only of the workspace asked for', async () => {
    const databasePath = cli.path('aigov.db');
    const ledger = await openLedger({ path: databasePath });
    await tell(ledger);
    await ledger.close();
    await using server = await startServer({
      listen: { host: '127.0.0.1', port: 0 },
      databasePath,
      tokens: [{ user: 'anna', role: 'auditor', token: 'token-of-anna' }],
      providers: [],
      policies: [],
    });
    const argv = ['suggest', '--server', server.url, '--workspace', WORKSPACE.name];
    const { code, stdout } = await cli.run(argv, { environment: { AIGOV_TOKEN: 'token-of-anna' } });
    expect(code).toBe(0);
    expect(parsePolicy(stdout, 'x.yaml')).toMatchObject(SUGGESTED);
    expect(stdout).toContain('would still be denied');
    const refused = await cli.run(argv, { environment: { AIGOV_TOKEN: 'wrong' } });
    expect(refused).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('SERVER_REFUSED') as string,
    });
  });

  test('of a spool, with what was only monitored', async () => {
    const spool = await openSpool({ directory: cli.path('spool') });
    await tell(spool);
    await spool.close();
    const { stdout } = await cli.run(['suggest', '--audit', 'spool']);
    expect(parsePolicy(stdout, 'x.yaml').network?.allow).toEqual([
      'domain=named.example',
      'method=GET domain=monitored.example',
      'method=POST domain=seen.example path=/v1/x',
    ]);
  });

  test('names without end are no list without end', async () => {
    const names = Array.from({ length: 21 }, (_, at) => ({
      kind: 'dns',
      data: { effect: 'deny', host: `x${at}.tunnel.example` },
    }));
    cli.write({ 'names.jsonl': names.map((record) => JSON.stringify(record)).join('\n') });
    const { stdout } = await cli.run(['suggest', '--records', 'names.jsonl', '--json']);
    const { suggestions, unsuggested } = JSON.parse(stdout) as Record<string, object[]>;
    expect(suggestions).toHaveLength(20);
    expect(unsuggested).toEqual([
      expect.objectContaining({ reason: 'name_only', request: { host: 'x20.tunnel.example' } }),
    ]);
  });
});

test.each([[[]], [['--audit', 'x', '--server', 'http://127.0.0.1:1']]])(
  'one source of denials, not none or two: %j',
  async (flags) => {
    expect(await cli.run(['suggest', ...flags])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('exactly one of --audit, --server and --records') as string,
    });
  },
);

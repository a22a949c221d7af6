import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { openLedger, openLedgerReader, openSpool, type Recorder } from '../../audit';
import { registerAuditCommands } from '../../cli/audit';
import { runProgram } from '../../cli/program';
import { ADA, closedAs, event, opened, scratchDirectory, serve, WORKSPACE } from './harness';

const ID = '01a1fd5f-a206-7381-93f8-afa803d5137d';

async function run(argv: readonly string[], environment: Record<string, string> = {}, cwd = '/') {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  let code = 0;
  const io = {
    stdin: new PassThrough(),
    stdout,
    stderr,
    environment,
    cwd,
    setExitCode: (given: number) => void (code = given),
  };
  await runProgram(argv, io, '0', [(program) => registerAuditCommands(program, io)]);
  stdout.end();
  stderr.end();
  return { code, out: await text(stdout), err: await text(stderr) };
}

/** The same story in a spool and in a ledger, at a fixed time. */
async function tell(recorder: Recorder, tick: () => void): Promise<void> {
  tick();
  const envelope = { actor: ADA, workspace: WORKSPACE, client: 'claude-code' };
  const data = { provider: 'anthropic', model: 'claude-test' };
  await recorder.record(
    opened(ID, { ...envelope, data, content: { prompt: 'delete it\u001b[2J' } }),
  );
  tick();
  await recorder.record(
    closedAs(ID, 'completed', {
      ...envelope,
      data: {
        ending: 'completed',
        usage: { inputTokens: 12, outputTokens: 7, cacheReadTokens: 0, cacheWriteTokens: 5 },
        toolCalls: [{ id: 't', name: 'Bash' }],
      },
    }),
  );
  tick();
  await recorder.record(
    event({
      ...envelope,
      kind: 'command',
      data: {
        effect: 'deny',
        rule: 'rm-recursive',
        argv: ['rm', '-rf', '/src\u202e', '\u001b]0;x\u0007'],
      },
    }),
  );
  tick();
  await recorder.record(
    event({
      kind: 'egress',
      data: { effect: 'deny', reason: 'no_rule_matched', method: 'GET', url: '=HYPERLINK("x")' },
    }),
  );
}

const scratch = scratchDirectory();
const spool = join(scratch.path, 'state', 'spool');
const ledger = join(scratch.path, 'aigov-data', 'aigov.db');
afterAll(() => scratch[Symbol.dispose]());
beforeAll(async () => {
  let nowMs = 0;
  const tick = () => void (nowMs += 1000);
  const clock = () => Date.parse('2026-11-20T10:00:00.500Z') + nowMs;
  await using ofWorkspace = await openSpool({ directory: spool, clock });
  await tell(ofWorkspace, tick);
  nowMs = 0;
  await using ofServer = await openLedger({ path: ledger, clock });
  await tell(ofServer, tick);
});

const LINES = [
  '2026-11-20T10:00:01Z  interception     ada/ada-dev               anthropic claude-test in=12 out=7 cache-write=5 tools: Bash  completed',
  String.raw`2026-11-20T10:00:03Z  command          ada/ada-dev               rm -rf /src\u{202e} \u{1b}]0;x\u{7}  denied (rm-recursive)`,
  '2026-11-20T10:00:04Z  egress           -                         GET =HYPERLINK("x")  denied (no_rule_matched)',
];

test.each([
  { source: 'a spool directory', argv: [spool], environment: {} },
  { source: "a workspace's state", argv: [join(scratch.path, 'state')], environment: {} },
  { source: "a server's data", argv: [join(scratch.path, 'aigov-data')], environment: {} },
  { source: 'a ledger file', argv: [ledger], environment: {} },
  { source: '--database', argv: ['--database', `sqlite:${ledger}`], environment: {} },
  {
    source: 'AIGOV_STATE_DIR',
    argv: [],
    environment: { AIGOV_STATE_DIR: join(scratch.path, 'state') },
  },
])(
  'tail prints one harmless line an entry, oldest first, from $source',
  async ({ argv, environment }) => {
    const { code, out } = await run(['audit', 'tail', ...argv], environment);
    expect({ code, lines: out.split('\n') }).toEqual({ code: 0, lines: [...LINES, ''] });
  },
);

test('with no source named, aigov-data beside the caller is it', async () => {
  expect((await run(['audit', 'tail', '-n', '1'], {}, scratch.path)).out).toBe(`${LINES[2]}\n`);
});

test('tail --json prints one object a line', async () => {
  const { out } = await run([
    'audit',
    'tail',
    spool,
    '--json',
    '--kind',
    'command',
    '--kind',
    'egress',
  ]);
  const kinds = out
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { kind: string }).kind);
  expect(kinds).toEqual(['command', 'egress']);
});

test.each([
  { argv: ['--text', 'DELETE it'], code: 0, found: 1 },
  { argv: ['--user', 'ada', '--kind', 'command'], code: 0, found: 1 },
  { argv: ['--workspace', WORKSPACE.name], code: 0, found: 2 },
  { argv: ['--from', '2026-11-20T10:00:02Z', '--to', '2026-11-20T10:00:04Z'], code: 0, found: 1 },
  { argv: ['--user', 'nobody'], code: 1, found: 0 },
])('search $argv finds $found', async ({ argv, code, found }) => {
  for (const source of [spool, ledger]) {
    const result = await run(['audit', 'search', source, ...argv]);
    expect({ code: result.code, found: result.out.split('\n').length - 1 }).toEqual({
      code,
      found,
    });
  }
});

test('show prints facts and content, escape sequences made visible', async () => {
  const { out } = await run(['audit', 'show', ID, spool]);
  expect(out).toContain('who        ada (verified)');
  expect(out).toContain('--- prompt\ndelete it\\u{1b}[2J\n');
  const { out: json } = await run(['audit', 'show', ID, ledger, '--json']);
  expect(JSON.parse(json)).toMatchObject({ id: ID, content: { prompt: 'delete it\u001b[2J' } });
  expect((await run(['audit', 'show', 'nothing', spool])).code).toBe(1);
});

test('verify exits 0, or 1 and names the first bad record', async () => {
  const valid = 'valid: 4 records in 1 chain\n';
  expect(await run(['audit', 'verify', spool])).toMatchObject({ code: 0, out: valid });
  const signed = `${valid}signed checkpoints vouch for the first 4\n`;
  expect(await run(['audit', 'verify', ledger])).toMatchObject({ code: 0, out: signed });
  const copy = join(scratch.path, 'copy.db');
  writeFileSync(
    copy,
    readFileSync(ledger).toString('latin1').replaceAll('rm-recursive', 'rm-recursivE'),
    'latin1',
  );
  const { code, out } = await run(['audit', 'verify', copy]);
  expect(code).toBe(1);
  expect(out).toMatch(
    /^NOT VALID: record 2 \([0-9a-f-]{36}\) of chain [0-9a-f-]{36}: its content was changed\n/,
  );
  const json = await run(['audit', 'verify', copy, '--json']);
  expect(JSON.parse(json.out)).toMatchObject({ valid: false, firstBad: { seq: 2 } });
});

test('a checkpoint kept elsewhere and a proof hold with the public key alone', async () => {
  const { out: note, err } = await run(['audit', 'checkpoint', ledger]);
  const key = /public key: (.+)\n/.exec(err)?.[1] ?? '';
  const [kept, proof] = [join(scratch.path, 'kept.txt'), join(scratch.path, 'proof.json')];
  writeFileSync(kept, note);
  const verified = await run([
    'audit',
    'verify',
    ledger,
    '--checkpoint',
    kept,
    '--public-key',
    key,
  ]);
  expect(verified.code).toBe(0);
  expect((await run(['audit', 'prove', ID, ledger, '-o', proof])).code).toBe(0);
  const verifyProof = () =>
    run(['audit', 'verify-proof', proof, '--public-key', `${ledger}-checkpoint.pub`]);
  expect(await verifyProof()).toMatchObject({ code: 0, out: expect.stringMatching(/^holds/) });
  writeFileSync(proof, readFileSync(proof, 'utf8').replace('claude-test', 'claude-best'));
  expect(await verifyProof()).toMatchObject({
    code: 1,
    out: expect.stringContaining('was changed'),
  });
});

test('export writes every entry as JSON lines or as CSV no spreadsheet runs', async () => {
  const { out } = await run(['audit', 'export', ledger]);
  expect(
    out
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { kind: string }).kind),
  ).toEqual(['egress', 'command', 'interception']);
  const file = join(scratch.path, 'out.csv');
  expect((await run(['audit', 'export', ledger, '--format', 'csv', '-o', file])).out).toBe('');
  const rows = readFileSync(file, 'utf8').split('\r\n');
  expect(rows).toHaveLength(5);
  expect(rows[1]).toContain('"GET =HYPERLINK(""x"")"');
  expect(rows[3]).toContain(',anthropic,claude-test,12,7,0,5,');
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('a server is asked through its API with the token of the environment', async () => {
  await using reader = openLedgerReader(ledger);
  const seen: string[] = [];
  await using server = await serve((request, response) => {
    seen.push(`${request.url} ${request.headers.authorization}`);
    if (request.headers.authorization !== 'Bearer t-1') {
      response
        .writeHead(401)
        .end(JSON.stringify({ code: 'TOKEN_INVALID', remedy: 'Send a token.' }));
      return;
    }
    void reader.timeline({}).then((page) => response.end(JSON.stringify(page)));
  });
  const { url } = server;
  const token = { AIGOV_TOKEN: 't-1' };
  const { out } = await run(
    ['audit', 'tail', '--server', `${url}/`, '--kind', 'egress', '--user', 'a b'],
    token,
  );
  expect(out.split('\n')).toEqual([...LINES, '']);
  expect(seen).toEqual(['/api/v1/timeline?user=a+b&limit=20&kind=egress Bearer t-1']);
  expect(await run(['audit', 'tail', '--server', url])).toMatchObject({
    code: 2,
    err: expect.stringContaining('SERVER_REFUSED'),
  });
  expect(await run(['audit', 'tail', '--server', 'http://127.0.0.1:1'], token)).toMatchObject({
    code: 2,
    err: expect.stringContaining('SERVER_UNREACHABLE'),
  });
});

test.each([
  { argv: ['tail', '/proc/nowhere'], says: 'AUDIT_SOURCE_MISSING' },
  { argv: ['tail', __filename], says: 'LEDGER_UNAVAILABLE' },
  { argv: ['tail', '/proc/self/status'], says: 'LEDGER_UNAVAILABLE' },
  { argv: ['verify', '--server', 'http://127.0.0.1:1'], says: 'AUDIT_SOURCE_REMOTE' },
  { argv: ['prove', ID, spool], says: 'AUDIT_SOURCE_MISSING' },
  { argv: ['prove', 'nothing', ledger], says: 'AUDIT_NOT_PROVABLE' },
  { argv: ['verify', ledger, '--checkpoint', '/proc/nowhere'], says: 'FILE_UNREADABLE' },
  { argv: ['verify', ledger, '--public-key', 'x'], says: 'CHECKPOINT_KEY_INVALID' },
  { argv: ['tail', '--database', 'mysql:x'], says: 'DATABASE_URL_INVALID' },
  { argv: ['tail', '--kind', 'everything'], says: 'Allowed are interception' },
  { argv: ['search', '--from', 'soon'], says: 'RFC 3339' },
  { argv: ['tail', '-n', '0'], says: '1 or more' },
  { argv: ['export', '--format', 'xml'], says: 'jsonl' },
  { argv: ['export', ledger, '-o', '/proc/nowhere/x'], says: 'FILE_NOT_WRITABLE' },
])('wrong input exits 2 and teaches: $argv', async ({ argv, says }) => {
  const { code, err } = await run(['audit', ...argv]);
  expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(says) });
});

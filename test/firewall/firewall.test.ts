/** The whole firewall around real programs: names, TLS, commands and files decided by one policy. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setUp, type Setup } from './firewall-setup';

describe('the firewall at level A', () => {
  let setup: Setup;
  beforeAll(async () => {
    setup = await setUp();
  });
  afterAll(async () => {
    await setup[Symbol.asyncDispose]();
  });

  test('an allowed host works over HTTPS with the injected CA, without any setting', async () => {
    const { stdout, status } = await setup.run(['curl', '-sS', `${setup.origin}/pkg`]);
    expect({ stdout, status }).toEqual({ stdout: 'origin saw GET /pkg\n', status: 0 });
    expect(setup.record('egress', { effect: 'allow' })).toBeDefined();
  });

  test.each([
    ['curl with an empty environment', ['env', '-i', 'curl', '-sS']],
    ['curl told not to use a proxy', ['curl', '-sS', '--noproxy', '*']],
    ['wget', ['wget', '-qO-']],
  ])('%s reaches the allowed host', async (_, program) => {
    expect((await setup.run([...program, `${setup.origin}/x`])).stdout).toBe('origin saw GET /x\n');
  });

  test('Node’s fetch reaches it', async () => {
    const code = `fetch('${setup.origin}/f').then((r) => r.text()).then((t) => process.stdout.write(t))`;
    expect((await setup.run([process.execPath, '-e', code])).stdout).toBe('origin saw GET /f\n');
  });

  test('a denied method is answered with 403 and the rule that is missing', async () => {
    const { stdout } = await setup.run([
      'curl',
      '-sS',
      '-i',
      '-X',
      'DELETE',
      `${setup.origin}/pkg`,
    ]);
    expect(stdout).toMatch(/403/);
    expect(setup.record('egress', { effect: 'deny', method: 'DELETE' })?.data).toMatchObject({
      reason: 'no_rule_matched',
    });
  });

  test('a denied name does not exist', async () => {
    const { status } = await setup.run(['curl', '-sS', 'https://evil.example/']);
    expect(status).toBe(6); // curl: could not resolve host
    expect(setup.record('dns', { host: 'evil.example', effect: 'deny' })).toBeDefined();
  });

  test.each(['http://93.184.216.34/', 'https://93.184.216.34/', 'http://[2001:db8::1]/'])(
    'an address without a name is denied: %s',
    async (url) => {
      const { stdout, status } = await setup.run([
        'curl',
        '-sSk',
        '-o',
        '-',
        '-w',
        '%{http_code}',
        url,
      ]);
      expect(status === 0 ? stdout.slice(-3) : 'refused').toMatch(/403|refused/);
    },
  );

  test('the relay answers at the address it has outside', async () => {
    expect((await setup.run(['curl', '-sS', 'http://127.0.0.1:4180/'])).stdout).toBe('relay\n');
  });

  test('the model’s rm -rf of the project is denied by the built-in rules, with the reason', async () => {
    const result = await setup.run(['sh', '-c', 'cd / && exec rm -rf "$0"', setup.project]);
    expect(result.stderr).toContain('aigov: denied: ');
    expect(readFileSync(join(setup.project, 'src/kept.txt'), 'utf8')).toBe('kept\n');
    expect(setup.record('command', { effect: 'deny' })).toMatchObject({
      phase: 'event',
      actor: { user: 'dev' },
      data: {
        reason: 'destructive_command',
        level: 'A',
        argvHash: expect.stringMatching(/^\w{64}$/),
      },
    });
  });

  test('ordinary commands run, also those a rule watches', async () => {
    writeFileSync(join(setup.project, 'junk'), '');
    expect((await setup.run(['rm', 'junk'])).status).toBe(0);
    expect(existsSync(join(setup.project, 'junk'))).toBe(false);
  });

  test('the environment holds the client’s settings and no secret', async () => {
    const { stdout } = await setup.run(['env']);
    expect(stdout).toContain('ANTHROPIC_BASE_URL=http://127.0.0.1:4180/anthropic\n');
    expect(stdout).toContain('ANTHROPIC_MODEL=claude-x\n');
    expect(stdout).not.toContain('hunter2');
  });

  test('neither the socket nor the CA key nor the state is inside', async () => {
    const script = `ls -A ~/.local/state/aigov; cat ~/.local/state/aigov/ca-bundle.pem; grep -rIl 'PRIVATE KEY' /run /tmp ~ 2>/dev/null`;
    expect((await setup.run(['sh', '-c', script])).stdout).toBe('');
  });

  test('every record of a session has its own number', () => {
    const numbers = new Map<string, number[]>();
    for (const { firewall } of setup.records) {
      if (firewall === undefined) continue;
      const { sessionId, sequence } = firewall;
      numbers.set(sessionId, [...(numbers.get(sessionId) ?? []), sequence]);
    }
    for (const sequences of numbers.values()) {
      const distinct = [...new Set(sequences)].sort((a, b) => a - b);
      expect(distinct).toEqual(distinct.map((_, index) => index));
    }
  });
});

describe('the firewall at level D', () => {
  test('says loudly that nothing is enforced, and proxies what follows its settings', async () => {
    await using setup = await setUp('D');
    const { stdout, stderr } = await setup.run(['curl', '-sS', `${setup.origin}/pkg`]);
    expect(stderr).toContain('UNENFORCED');
    expect(stdout).toBe('origin saw GET /pkg\n');
    const denied = await setup.run(['curl', '-sS', 'http://evil.example/']);
    expect(denied.stdout).toContain('evil.example');
    expect(setup.record('egress', { effect: 'deny', level: 'D' })).toBeDefined();
    expect(setup.record('jail', { level: 'D' })).toBeDefined();
  });
});

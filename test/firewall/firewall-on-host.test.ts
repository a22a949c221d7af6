/** Levels in the machine's own network, around real programs. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setUp, type Setup } from './firewall-setup';

/** A server and its own clients, by three names of this machine. */
const listenAndConnect = `
  const server = require('net').createServer((socket) => socket.end('own server')).listen(0, () => {
    const { port } = server.address();
    for (const host of ['127.0.0.1', 'localhost', '0.0.0.0'])
      require('net').connect(port, host).pipe(process.stdout);
    setTimeout(() => server.close(), 300);
  });`;

describe('the firewall at level B', () => {
  let setup: Setup;
  beforeAll(async () => {
    setup = await setUp('B');
  });
  afterAll(async () => {
    await setup[Symbol.asyncDispose]();
  });

  test.each([
    ['curl by the proxy variables', ['curl', '-sS']],
    ['curl without a proxy, its name asked over TCP', ['curl', '-sS', '--noproxy', '*']],
  ])('%s reaches the allowed host', async (_, program) => {
    const { stdout, stderr } = await setup.run([...program, `${setup.origin}/x`]);
    expect({ stdout, stderr }).toEqual({ stdout: 'origin saw GET /x\n', stderr: '' });
    expect(setup.record('egress', { effect: 'allow', level: 'B' })).toBeDefined();
  });

  test('Node’s fetch, which knows no proxy, reaches it', async () => {
    const code = `fetch('${setup.origin}/f').then((r) => r.text()).then((t) => process.stdout.write(t))`;
    expect((await setup.run([process.execPath, '-e', code])).stdout).toBe('origin saw GET /f\n');
  });

  test.each([
    ['a denied method', ['-X', 'DELETE'], (origin: string) => `${origin}/pkg`],
    ['a denied name by proxy', [], () => 'http://evil.example/'],
    ['an address without a name', ['--noproxy', '*'], () => 'http://93.184.216.34/'],
    ['an IPv6 address', ['--noproxy', '*'], () => 'http://[2001:db8::1]/'],
  ])('%s is answered with 403', async (_, options, url) => {
    const report = ['-sS', '-o', '/dev/null', '-w', '%{http_code}'];
    const { stdout } = await setup.run(['curl', ...report, ...options, url(setup.origin)]);
    expect(stdout).toBe('403');
  });

  test('a denied name does not exist', async () => {
    const { status } = await setup.run(['curl', '-sS', '--noproxy', '*', 'https://evil.example/']);
    expect(status).toBe(6); // curl: could not resolve host
    expect(setup.record('dns', { host: 'evil.example', effect: 'deny' })).toBeDefined();
  });

  test('the relay answers at the address it has outside', async () => {
    expect((await setup.run(['curl', '-sS', 'http://127.0.0.1:4180/'])).stdout).toBe('relay\n');
  });

  test('a server inside is reachable inside, by every loopback address', async () => {
    const { stdout } = await setup.run([process.execPath, '-e', listenAndConnect]);
    expect(stdout).toBe('own server'.repeat(3));
  });

  test('rm -rf of the project is denied by the built-in rules, with the reason', async () => {
    const result = await setup.run(['sh', '-c', 'cd / && exec rm -rf "$0"', setup.project]);
    expect(result.stderr).toContain('aigov: denied: ');
    expect(readFileSync(join(setup.project, 'src/kept.txt'), 'utf8')).toBe('kept\n');
  });

  test('the project and a folder for temporary files are writable, the home itself is not', async () => {
    writeFileSync(join(setup.home, 'note'), '');
    const script =
      'echo a >made && cat made; mktemp -d >/dev/null && echo t; echo c >>~/note; touch ~/new';
    const { stdout, stderr } = await setup.run(['sh', '-c', script]);
    expect(stdout).toBe('a\nt\n');
    expect(stderr).toContain('Permission denied');
    expect(readFileSync(join(setup.home, 'note'), 'utf8')).toBe('c\n');
  });
});

describe('the firewall at level C', () => {
  test('proxies what follows its settings, and nothing else gets out', async () => {
    await using setup = await setUp('C');
    const { stdout, stderr } = await setup.run(['curl', '-sS', `${setup.origin}/pkg`]);
    expect({ stdout, stderr }).toEqual({ stdout: 'origin saw GET /pkg\n', stderr: '' });
    const direct = await setup.run(['curl', '-sS', '--noproxy', '*', 'http://127.0.0.1:1/']);
    expect(direct).toMatchObject({ status: 7, stderr: expect.stringContaining('127.0.0.1') });
    expect(setup.record('egress', { effect: 'allow', level: 'C' })).toBeDefined();
    expect(setup.record('jail', { level: 'C' })).toBeDefined();
  });
});

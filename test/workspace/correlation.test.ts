/** Model calls from a jail carry the jail's session and the project's repository, whatever the client says. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startModelUpstream } from '../../emulator';
import { findRepository } from '../../workspace/repository';
import { recordsOf, ScratchWorkspace } from './runtime';

const KEY = 'sk-ant-own-key';

test('an interception names the jail it came from and the repository worked on', async () => {
  await using upstream = await startModelUpstream({
    apiKey: KEY,
    turns: [{ content: [{ type: 'text', text: 'hello' }] }],
  });
  await using workspace = await ScratchWorkspace.create({
    gateway: {
      kind: 'bundled',
      providers: [{ name: 'anthropic', type: 'anthropic', baseUrl: upstream.url }],
    },
  });
  writeOrigin(workspace.home, 'https://bot:ghp_secret@git.corp.example/team/app.git');
  await workspace.start();
  const body = JSON.stringify({
    model: 'claude-sonnet-5-5',
    max_tokens: 9,
    messages: [{ role: 'user', content: 'hi' }],
  });
  const url = `http://127.0.0.1:${workspace.port}/anthropic/v1/messages`;
  const headers = [`x-api-key: ${KEY}`, 'x-coder-agent-firewall-session-id: forged'];
  const curl = ['curl', '-sS', url, ...headers.flatMap((header) => ['-H', header]), '-d', body];
  const { code, stdout } = await workspace.aigov('run', '--', ...curl);
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('hello') });
  const [jail] = await recordsOf(workspace, 'jail');
  const [interception] = await recordsOf(workspace, 'interception');
  expect(interception).toMatchObject({
    repository: 'https://git.corp.example/team/app.git',
    firewall: { sessionId: jail?.firewall?.sessionId },
  });
  expect(upstream.received[0]?.headers).not.toHaveProperty('x-coder-agent-firewall-session-id');
}, 60_000);

function writeOrigin(folder: string, url: string): void {
  mkdirSync(join(folder, '.git'), { recursive: true });
  writeFileSync(join(folder, '.git', 'config'), `[core]\n\tbare = false\n${remote('origin', url)}`);
}

const remote = (name: string, url: string) =>
  `[remote "${name}"]\n\turl = ${url}\n\tfetch = +refs/heads/*:refs/remotes/${name}/*\n`;

describe('the repository of a folder', () => {
  test.each([
    { why: 'none', config: '', expected: undefined },
    { why: 'another remote only', config: remote('fork', 'https://x/y'), expected: undefined },
    {
      why: 'scp form',
      config: remote('origin', 'git@git.corp.example:team/app.git'),
      expected: 'git@git.corp.example:team/app.git',
    },
    {
      why: 'after another remote',
      config: remote('fork', 'https://x/y') + remote('origin', 'https://u:p@x/z'),
      expected: 'https://x/z',
    },
    { why: 'too long', config: remote('origin', `https://x/${'y'.repeat(600)}`) },
  ])('$why: $expected', async ({ config, expected }) => {
    await using workspace = await ScratchWorkspace.create({ gateway: {} });
    mkdirSync(join(workspace.home, '.git'));
    writeFileSync(join(workspace.home, '.git', 'config'), config);
    expect(findRepository(workspace.home)).toBe(expected);
  });

  test('a linked worktree has its repository’s', async () => {
    await using workspace = await ScratchWorkspace.create({ gateway: {} });
    const { home } = workspace;
    writeOrigin(home, 'https://git.corp.example/app');
    mkdirSync(join(home, '.git', 'worktrees', 'w'), { recursive: true });
    writeFileSync(join(home, '.git', 'worktrees', 'w', 'commondir'), '../..\n');
    mkdirSync(join(home, 'w'));
    writeFileSync(join(home, 'w', '.git'), `gitdir: ${join(home, '.git', 'worktrees', 'w')}\n`);
    expect(findRepository(join(home, 'w'))).toBe('https://git.corp.example/app');
  });

  test('no repository is no error', () => {
    expect(findRepository('/nonexistent')).toBeUndefined();
  });
});

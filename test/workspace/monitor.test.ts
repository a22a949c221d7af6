import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordsOf, ScratchWorkspace } from './runtime';

test('a policy in mode monitor lets network and commands pass, records what it would deny, and keeps its ceilings', async () => {
  const origin = createServer((_, response) => response.end('origin\n'));
  await new Promise<void>((done) => origin.listen(0, '127.0.0.1', done));
  const { port } = origin.address() as AddressInfo;
  await using workspace = await ScratchWorkspace.create({
    gateway: { kind: 'bundled', providers: [] },
    policy: {
      network: {
        ceiling: ['domain=registry.corp.example'],
        ports: [{ domain: 'registry.corp.example', allow: [port] }],
      },
      firewall: { mode: 'monitor' },
    },
  });
  workspace.resolve = `registry.corp.example=127.0.0.1,evil.example=127.0.0.1`;
  await workspace.start();
  mkdirSync(join(workspace.home, 'project', '.git'), { recursive: true });
  writeFileSync(join(workspace.home, 'project', 'file'), '');
  const script = `curl -sS http://registry.corp.example:${port}/
    curl -sS http://evil.example:${port}/
    cd project && rm -rf .git`;
  const { stdout } = await workspace.aigov('run', '--', 'sh', '-c', script);
  origin.close();
  expect(stdout).toContain('origin\n');
  expect(stdout.match(/origin/g)).toHaveLength(1);
  expect(await recordsOf(workspace, 'egress')).toMatchObject([
    {
      data: {
        effect: 'allow',
        reason: 'monitored',
        denial: { reason: 'no_rule_matched', remedy: expect.stringContaining('registry') },
      },
    },
  ]);
  expect(await recordsOf(workspace, 'dns')).toMatchObject([
    { data: { host: 'evil.example', effect: 'deny' } },
  ]);
  const commands = await recordsOf(workspace, 'command');
  expect(commands).toContainEqual(
    expect.objectContaining({
      data: expect.objectContaining({
        effect: 'allow',
        reason: 'monitored',
        denial: expect.objectContaining({ reason: 'destructive_command' }),
      }),
    }),
  );
}, 60_000);

import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fc, test as property } from '@fast-check/jest';
import {
  evaluateTemplate,
  expandEnv,
  startCoderAgent,
  type AgentScript,
  type CoderAgentOptions,
} from '../../emulator';
import { scratch } from './stand-in-bundle';

const MAX_ARG_BYTES = 131_072;

function script(name: string, text: string, more: Partial<AgentScript> = {}): AgentScript {
  const runs = { runOnStart: true, runOnStop: false, startBlocksLogin: false };
  return { address: `coder_script.${name}`, displayName: name, script: text, ...runs, ...more };
}

async function started(
  options: Omit<CoderAgentOptions, 'home' | 'env'> & { env?: Record<string, string> },
) {
  using folder = scratch('agent');
  const { env = {}, ...rest } = options;
  await using agent = await startCoderAgent({ env, home: folder.path, ...rest });
  return { results: await agent.started, home: folder.path };
}

test('plays a whole template: environment, scripts, a tool on PATH, stop', async () => {
  const template = await evaluateTemplate(join(__dirname, 'templates', 'small'), {
    workspace: { id: 'w', name: 'dev' },
    owner: { id: 'o', name: 'ada', sessionToken: 'token-of-ada' },
    template: { id: 't', name: 'governed', version: 'v1' },
  });
  const [main] = template.agents;
  using folder = scratch('agent');
  await using agent = await startCoderAgent({
    env: main?.env ?? {},
    scripts: main?.scripts ?? [],
    home: folder.path,
  });
  expect((await agent.started).map(({ status }) => status)).toEqual(['ok', 'ok']);
  expect(await agent.exec('greet; echo "$TOOLS"; echo "$AIGOV_SESSION_TOKEN"; pwd')).toEqual({
    exitCode: 0,
    stdout: `tool for hello ada\n${folder.path}/tools:/opt/tools\ntoken-of-ada\n${folder.path}\n`,
    stderr: '',
  });
  expect(readFileSync(join(folder.path, 'firewall'), 'utf8')).toBe('eyJtb2RlbCI6InNtYWxsIn0=');
  expect(await agent.stop()).toMatchObject({ scripts: [{ status: 'ok' }], leftBehind: [] });
  expect(readFileSync(join(folder.path, 'farewell'), 'utf8')).toBe('bye\n');
  expect(statSync(folder.path).mode & 0o777).toBe(0o700);
});

interface Case {
  readonly text: string;
  readonly status: string;
  readonly log: string;
  readonly exitCode?: number;
  readonly more?: Partial<AgentScript>;
  readonly why: string;
}

test.each<Case>([
  {
    why: 'shebang interpreter',
    text: '#!/usr/bin/env bash\necho "$BASH" | sed "s,.*/,,"',
    status: 'ok',
    log: 'bash\n',
  },
  {
    why: 'arguments of the shebang',
    text: '#!/bin/sh -e\nfalse\necho not reached',
    status: 'exit_failure',
    exitCode: 1,
    log: '',
  },
  { why: 'no shebang: the shell', text: 'echo plain', status: 'ok', log: 'plain\n' },
  {
    why: 'both streams',
    text: '#!/bin/sh\necho out\necho err >&2',
    status: 'ok',
    log: 'out\nerr\n',
  },
  { why: 'its status', text: '#!/bin/sh\nexit 7', status: 'exit_failure', exitCode: 7, log: '' },
  { why: 'nothing on stdin', text: '#!/bin/sh\ncat', status: 'ok', log: '' },
  {
    why: 'interpreter missing',
    text: '#!/no/such/interpreter\n',
    status: 'not_started',
    log: 'spawn /no/such/interpreter ENOENT\n',
  },
  {
    why: 'facts of the workspace',
    text: '#!/bin/sh\necho "$CODER $CODER_WORKSPACE_NAME"',
    status: 'ok',
    log: 'true workspace\n',
  },
])('runs a script: $why', async ({ exitCode, log, status, text }) => {
  const { results } = await started({ scripts: [script('one', text)] });
  expect(results).toMatchObject([{ status, log, ...(exitCode === undefined ? {} : { exitCode }) }]);
});

test('a script over its time is ended', async () => {
  const slow = script('slow', '#!/bin/sh\nexec sleep 60', { timeoutSeconds: 0.05 });
  const { results } = await started({ scripts: [slow] });
  expect(results).toMatchObject([{ status: 'timed_out' }]);
});

test.each([
  { bytes: MAX_ARG_BYTES - 1, status: 'ok' },
  { bytes: MAX_ARG_BYTES, status: 'not_started' },
])('the kernel takes a script of $bytes bytes: $status', async ({ bytes, status }) => {
  const head = '#!/bin/sh\n# ';
  const { results } = await started({ scripts: [script('big', head.padEnd(bytes, 'x'))] });
  expect(results).toMatchObject([{ status }]);
});

test('a daemon that keeps the output open is reported and ended with the workspace', async () => {
  using folder = scratch('agent');
  const daemon = `#!/bin/sh
setsid sh -c ': > up; while :; do sleep 600; done' &
while [ ! -e up ]; do :; done
echo started`;
  await using agent = await startCoderAgent({
    env: {},
    scripts: [script('daemon', daemon)],
    home: folder.path,
    pipeGraceMs: 1,
  });
  expect(await agent.started).toMatchObject([{ status: 'pipes_left_open', log: 'started\n' }]);
  const { leftBehind } = await agent.stop();
  expect(leftBehind.map(({ command }) => command)).toContainEqual(
    expect.stringMatching(/^sh( -c : > up|$)/),
  );
});

test('login waits for the scripts that block it, and for no other', async () => {
  using folder = scratch('agent');
  const gate = join(folder.path, 'gate');
  await using agent = await startCoderAgent({
    env: {},
    scripts: [
      script('open', '#!/bin/sh\nwhile [ ! -e gate ]; do :; done'),
      script('block', '#!/bin/sh\necho done', { startBlocksLogin: true }),
    ],
    home: folder.path,
  });
  expect(await agent.ready).toMatchObject([{ displayName: 'block', status: 'ok' }]);
  await agent.exec(['touch', gate]);
  expect(await agent.started).toHaveLength(2);
});

test('scripts start in an order that the seed decides', async () => {
  const scripts = ['a', 'b', 'c', 'd', 'e'].map((name) => script(name, '#!/bin/sh\n'));
  const orderOf = async (shuffleSeed: number) =>
    (await started({ scripts, shuffleSeed })).results
      .map(({ displayName }) => displayName)
      .join('');
  expect(await orderOf(7)).toBe(await orderOf(7));
  expect(new Set(await Promise.all([1, 2, 3, 4].map(orderOf))).size).toBeGreaterThan(1);
});

test('exec gives status, signal status, stdin and its own environment', async () => {
  using folder = scratch('agent');
  await using agent = await startCoderAgent({ env: { A: '1' }, scripts: [], home: folder.path });
  expect(await agent.exec('exit 3')).toMatchObject({ exitCode: 3 });
  expect(await agent.exec('kill -TERM $$')).toMatchObject({ exitCode: 143 });
  expect(await agent.exec(['cat'], { stdin: 'typed' })).toMatchObject({ stdout: 'typed' });
  expect(await agent.exec('echo $A$B', { environment: { B: '2' } })).toMatchObject({
    stdout: '12\n',
  });
});

test.each([
  { value: 'a $X b', expanded: 'a 1 b' },
  { value: '${X}y$Xy', expanded: '1y' },
  { value: 'pa$$word', expanded: 'paword' },
  { value: 'end$', expanded: 'end$' },
  { value: '$1-${UNKNOWN}', expanded: '-' },
])('expands "$value" as Go does', ({ expanded, value }) => {
  expect(expandEnv(value, (name) => (name === 'X' ? '1' : undefined))).toBe(expanded);
});

property.prop([fc.string().map((text) => text.replaceAll('$', ''))])(
  'text without a dollar is never changed by expansion',
  (text) => {
    expect(expandEnv(text, () => 'expanded')).toBe(text);
  },
);

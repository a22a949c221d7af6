// testWithTerraform is a test block, which the rule cannot know.
/* oxlint-disable jest/no-standalone-expect */
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  buildEnvironment,
  createProviderMirror,
  evaluateTemplate,
  openTerraform,
  resourcesOf,
  type BuiltTemplate,
  type WorkspaceFacts,
} from '../../emulator';
import { fakeRuntime, runTerraform, scratch, testWithTerraform } from '../constructs/scratch';
import { bundleStandIn } from '../emulator/stand-in-bundle';

const ROOT = resolve(__dirname, '..', '..');
const MAIN = join(ROOT, 'examples', 'quickstart', 'main.ts');

const TOKEN = 'session-token-of-ada';
const FACTS: WorkspaceFacts = {
  workspace: { id: 'b1c0f7c2-0000-4000-8000-000000000001', name: 'Dev' },
  owner: { id: 'owner-1', name: 'ada', fullName: 'Ada Lovelace', sessionToken: TOKEN },
  template: { id: 'template-1', name: 'quickstart', version: 'v1' },
};

const folder = scratch();
const template = join(folder.path, 'stacks', 'quickstart');

// files in place of a runtime that tests have not built
const mockRuntime = () => fakeRuntime(folder.path);
jest.mock('../../constructs/runtime/runtime-files', () => ({
  ...jest.requireActual<object>('../../constructs/runtime/runtime-files'),
  builtRuntimeFiles: () => mockRuntime(),
}));

beforeAll(() => {
  process.env['CDKTF_OUTDIR'] = folder.path;
  delete process.env['AIGOV_SERVER_URL'];
  delete process.env['AIGOV_POLICY'];
  jest.requireActual('../../examples/quickstart/main');
});
afterAll(() => folder[Symbol.dispose]());

const build = (variables = {}): Promise<BuiltTemplate> =>
  evaluateTemplate(template, FACTS, { variables });

function configOf(built: BuiltTemplate): unknown {
  const script = built.agents[0]?.scripts.find(({ startBlocksLogin }) => startBlocksLogin)?.script;
  const [, config = ''] = /<<'AIGOV'.*\n(.*)\nAIGOV/.exec(script ?? '') ?? [];
  return JSON.parse(Buffer.from(config, 'base64').toString('utf8'));
}

test('the quickstart takes at most 25 lines', () => {
  expect(readFileSync(MAIN, 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(25);
});

test('a workspace of the quickstart has its clients pointed at the relay [TM-1]', async () => {
  const [agent] = (await build()).agents;
  expect(agent?.env).toEqual({
    ANTHROPIC_BASE_URL: 'http://127.0.0.1:4180/anthropic',
    ANTHROPIC_AUTH_TOKEN: 'aigov-placeholder',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    AIGOV_SESSION_TOKEN: TOKEN,
  });
});

test('the runtime is told gateway, policy and workspace, and no token', async () => {
  const config = configOf(await build());
  expect(config).toEqual({
    version: 1,
    gateway: { kind: 'server', url: 'http://127.0.0.1:4100' },
    firewall: { isEnabled: true },
    policy: [expect.objectContaining({ apiVersion: 'aigov/v1', name: 'quickstart' })],
    clients: ['claude-code', 'anthropic-sdk'],
    workspace: {
      id: FACTS.workspace?.id,
      name: 'Dev',
      owner: 'ada',
      templateId: 'template-1',
      templateName: 'quickstart',
      templateVersion: 'v1',
    },
  });
  expect(JSON.stringify(config)).not.toContain(TOKEN);
});

test('an admin switches the firewall off with enable_boundary [FW-3]', async () => {
  const config = configOf(await build({ enable_boundary: 'false' }));
  expect(config).toMatchObject({ firewall: { isEnabled: false } });
});

testWithTerraform('the quickstart is formatted', () => {
  expect(runTerraform(template, 'fmt', '-check', '-diff', '-recursive')).toMatchObject({
    stdout: '',
    status: 0,
  });
});

testWithTerraform('Terraform applies the quickstart, and plans nothing after it', async () => {
  const mirror = await createProviderMirror(folder.path, {
    standInFile: bundleStandIn(folder.path),
  });
  const dir = join(folder.path, 'applied', 'root');
  cpSync(template, dir, { recursive: true });
  const open = (facts: WorkspaceFacts) =>
    openTerraform({
      dir,
      mirror,
      environment: { ...buildEnvironment(facts), TMPDIR: folder.path },
      path: process.env['PATH'],
    });
  const terraform = await open(FACTS);
  await terraform.init();
  await terraform.validate();
  const plan = await terraform.plan();
  expect(plan.text).not.toContain(TOKEN);
  await terraform.apply();

  const resources = resourcesOf(await terraform.show());
  const holders = resources.filter(({ values }) => JSON.stringify(values).includes(TOKEN));
  expect(holders.map(({ address }) => address)).toEqual([
    'data.coder_workspace_owner.me',
    'coder_env.governed_aigov_session_token',
  ]);
  const agent = resources.find(({ address }) => address === 'coder_agent.main');
  const again = await open({ ...FACTS, runningAgentToken: String(agent?.values['token']) });
  expect(await again.plan()).toMatchObject({ hasChanges: false });
  rmSync(dir, { recursive: true });
});

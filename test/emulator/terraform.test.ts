// testWithTerraform is a test block, which the rule cannot know.
/* oxlint-disable jest/no-standalone-expect */
import { execFileSync } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildEnvironment,
  createProviderMirror,
  evaluateToState,
  knownProviders,
  openTerraform,
  resourcesOf,
  schemasFrom,
  templateFromState,
  type ProviderMirror,
  type SchemaDocument,
  type StateDocument,
  type Terraform,
  type WorkspaceFacts,
} from '../../emulator';
import { terraformProgram, testWithTerraform } from './real-terraform';
import { bundleStandIn, scratch } from './stand-in-bundle';

const TOKEN = 'session-token-of-ada';
const FACTS: WorkspaceFacts = {
  workspace: { id: 'b1c0f7c2-0000-4000-8000-000000000001', name: 'Dev' },
  owner: { id: 'owner-1', name: 'ada', fullName: 'Ada Lovelace', sessionToken: TOKEN },
  template: { id: 'template-1', name: 'governed', version: 'v1' },
};

const folder = scratch('terraform');
let mirror: ProviderMirror;
let count = 0;

beforeAll(async () => {
  mirror = await createProviderMirror(folder.path, { standInFile: bundleStandIn(folder.path) });
});
afterAll(() => folder[Symbol.dispose]());

function copyOfSmall(): string {
  const dir = join(folder.path, `template-${++count}`, 'root');
  cpSync(join(__dirname, 'templates', 'small'), dir, { recursive: true });
  return dir;
}

function terraformIn(dir: string, facts: WorkspaceFacts = FACTS): Promise<Terraform> {
  const environment = { ...buildEnvironment(facts), TMPDIR: folder.path };
  return openTerraform({ dir, mirror, environment, path: process.env['PATH'] });
}

function valuesAt(state: StateDocument, address: string): Readonly<Record<string, unknown>> {
  return resourcesOf(state).find((resource) => resource.address === address)?.values ?? {};
}

/** Addresses whose values, taken together as JSON, hold a text. */
function holdersOf(state: StateDocument, text: string): string[] {
  return resourcesOf(state)
    .filter(({ values }) => JSON.stringify(values).includes(text))
    .map(({ address }) => address);
}

testWithTerraform(
  'a template goes through init, validate, plan, apply and destroy offline',
  async () => {
    const dir = copyOfSmall();
    const terraform = await terraformIn(dir);
    await terraform.init();
    await terraform.validate();
    expect(await terraform.plan()).toMatchObject({ hasChanges: true });
    await terraform.apply();
    const state = await terraform.show();

    expect(valuesAt(state, 'coder_agent.main')).toMatchObject({
      os: 'linux',
      dir: '/home/ada',
      env: { GREETING: 'hello Ada Lovelace' },
    });
    expect(valuesAt(state, 'docker_container.workspace[0]')['id']).toMatch(/^[0-9a-f]{64}$/);
    expect(valuesAt(state, 'data.coder_parameter.model')).toMatchObject({ value: 'small' });

    const { token } = valuesAt(state, 'coder_agent.main');
    const again = await terraformIn(dir, { ...FACTS, runningAgentToken: String(token) });
    expect(await again.plan()).toMatchObject({ hasChanges: false });
    expect(await terraform.plan()).toMatchObject({ hasChanges: true });

    expect(holdersOf(state, TOKEN)).toEqual([
      'data.coder_workspace_owner.me',
      'coder_env.session_token',
    ]);
    expect((await again.plan()).text).not.toContain(TOKEN);

    await again.destroy();
    expect(resourcesOf(await again.show())).toEqual([]);
  },
);

/** Made-up ids differ from run to run: each is replaced by the address it was first seen at. */
function withoutIds(state: StateDocument): unknown {
  let text = JSON.stringify(
    resourcesOf(state).map(({ address, mode, values }) => ({ address, mode, values })),
  );
  for (const { address, values } of resourcesOf(state))
    for (const name of ['id', 'token', 'image_id', 'repo_digest'])
      if (typeof values[name] === 'string' && values[name] !== '')
        text = text.replaceAll(values[name], `<${name} of ${address}>`);
  return JSON.parse(text);
}

testWithTerraform('the evaluator and Terraform make the same of a template', async () => {
  const dir = copyOfSmall();
  const terraform = await terraformIn(dir);
  await terraform.init();
  await terraform.apply();
  const applied = await terraform.show();
  const evaluated = await evaluateToState(dir, buildEnvironment(FACTS));
  const byAddress = (a: { address: string }, b: { address: string }) =>
    a.address < b.address ? -1 : 1;
  const sorted = (state: StateDocument) =>
    (withoutIds(state) as { address: string }[]).sort(byAddress);
  expect(sorted(evaluated)).toEqual(sorted(applied));
  const scriptsOf = (state: StateDocument) =>
    templateFromState(state)
      .agents[0]?.scripts.map(({ script }) => script)
      .sort();
  expect(scriptsOf(evaluated)).toEqual(scriptsOf(applied));
});

testWithTerraform('the stand-ins serve the real schemas unchanged', async () => {
  const dir = copyOfSmall();
  await (await terraformIn(dir)).init();
  const env = { ...process.env, TF_CLI_CONFIG_FILE: mirror.cliConfigFile, TMPDIR: folder.path };
  const args = ['providers', 'schema', '-json'];
  const options = { cwd: dir, env, encoding: 'utf8', maxBuffer: 2 ** 26 } as const;
  const printed = JSON.parse(execFileSync(terraformProgram, args, options)) as SchemaDocument;
  for (const { schemas, source } of knownProviders())
    expect(schemasFrom(printed, source)).toEqual(schemas);
});

interface Refusal {
  readonly stage: 'validate' | 'plan' | 'apply';
  readonly block: string;
  readonly says: string;
}
const AGENT = 'agent_id = coder_agent.main.id';
let named = 0;
const block = (head: string, body: string) => `${head} "x${++named}" {\n ${body}\n}\n`;
const script = (body: string) =>
  block('resource "coder_script"', `${AGENT}\n display_name = "x"\n script = "true"\n ${body}`);
const parameter = (body: string) => block('data "coder_parameter"', `name = "x"\n ${body}`);
const app = (body: string) => block('resource "coder_app"', `${AGENT}\n slug = "x"\n ${body}`);
const env = (name: string) => block('resource "coder_env"', `${AGENT}\n name = "${name}"`);

/** What the real provider refuses and when, as measured with coder/coder 2.17.0. */
const REFUSALS: readonly Refusal[] = [
  { stage: 'validate', block: script('cron = ""'), says: 'expected 5 to 6 fields' },
  { stage: 'validate', block: script('timeout = 0'), says: 'at least 1, got 0' },
  { stage: 'validate', block: env('a-b'), says: 'environment variable name, got "a-b"' },
  {
    stage: 'validate',
    block: app('url = "http://x"\n command = "x"'),
    says: 'command: conflicts with url',
  },
  {
    stage: 'validate',
    block: app('external = false\n share = "owner"'),
    says: 'external: conflicts with share',
  },
  { stage: 'validate', block: app('share = "organization"'), says: 'expected one of owner' },
  {
    stage: 'plan',
    block: parameter('default = "c"\n option {\n name = "A"\n value = "a"\n }'),
    says: '"c" must be defined as one of the options',
  },
  { stage: 'plan', block: parameter('ephemeral = true'), says: 'ephemeral: needs mutable = true' },
  {
    stage: 'plan',
    block: parameter('default = "x"\n validation {\n regex = "^(?=x)"\n error = "e"\n }'),
    says: 'is not RE2',
  },
  { stage: 'apply', block: script(''), says: 'at least one of run_on_start' },
  {
    stage: 'apply',
    block: script('run_on_stop = true\n start_blocks_login = true'),
    says: 'start_blocks_login: can only be set if run_on_start is true',
  },
];

testWithTerraform(
  'the stand-in refuses what the real provider refuses, at the same stage',
  async () => {
    const dir = copyOfSmall();
    const terraform = await terraformIn(dir);
    await terraform.init();
    const stages = ['validate', 'plan', 'apply'] as const;
    for (const [index, stage] of stages.entries()) {
      const refused = REFUSALS.filter((each) => each.stage === stage);
      writeFileSync(join(dir, 'refused.tf'), refused.map((each) => each.block).join(''));
      for (const earlier of stages.slice(0, index)) await terraform[earlier]();
      const error: unknown = await terraform[stage]().catch((caught: unknown) => caught);
      const { code, message } = error as { code: string; message: string };
      expect(code).toBe(`TERRAFORM_${stage.toUpperCase()}_FAILED`);
      const text = message.replaceAll(/\s+/g, ' ');
      expect(refused.filter(({ says }) => !text.includes(says))).toEqual([]);
    }
  },
);

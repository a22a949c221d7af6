// testWithTerraform is a test block, which the rule cannot know.
/* oxlint-disable jest/no-standalone-expect */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildEnvironment,
  createProviderMirror,
  openTerraform,
  resourcesOf,
  type ProviderMirror,
  type StateDocument,
  type Terraform,
  type WorkspaceFacts,
} from '../../emulator';
import { testWithTerraform } from './real-terraform';
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

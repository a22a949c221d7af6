// testWithTerraform is a test block, which the rule cannot know.
/* oxlint-disable jest/no-standalone-expect */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildEnvironment,
  evaluateToState,
  resourcesOf,
  type WorkspaceFacts,
} from '../../emulator';
import {
  AiGateway,
  DockerWorkspace,
  GovernedWorkspace,
  Policy,
  clients,
  type CoderTemplate,
} from '../../constructs';
import {
  fakeRuntime,
  policyFile,
  runTerraform,
  scratch,
  synthesize,
  testWithTerraform,
} from './scratch';

const TOKEN = 'session-token-of-ada';

const FACTS: WorkspaceFacts = {
  workspace: { id: 'w', name: 'dev' },
  owner: { id: 'o', name: 'ada', sessionToken: TOKEN },
  template: { id: 't', name: 'sample', version: 'v1' },
};

const HOSTILE = [
  '${data.coder_workspace_owner.me.session_token}',
  '%{if true}x%{endif}',
  '$${literal}',
  '"\\"${a}',
  'EOF',
  "'; rm -rf ~; '",
  '$(id)`id`',
  '\\u0024{x}',
  '#{x}',
];

/** Hostile strings wherever an author may put text; where spaces are refused, without them. */
function build(template: CoderTemplate, folder: string, text: string): void {
  const word = text.replaceAll(/\s/g, '_');
  const file = policyFile(
    folder,
    JSON.stringify({
      apiVersion: 'aigov/v1',
      name: text,
      commands: { deny: [{ id: 'a', argv: ['x', text] }] },
    }),
  );
  new GovernedWorkspace(template, 'governed', {
    infrastructure: new DockerWorkspace(template, 'main', {
      image: word,
      user: word,
      home: `/${word}`,
    }),
    clients: [clients.claudeCode],
    gateway: AiGateway.server(`https://aigov.corp.example/${encodeURIComponent(text)}`),
    policy: Policy.fromFile(file),
    runtime: fakeRuntime(folder),
  });
}

test.each(HOSTILE)('%j in any prop stays the text it is', async (text) => {
  using folder = scratch();
  synthesize(folder.path, (template) => build(template, folder.path, text));
  const dir = join(folder.path, 'stacks', 'sample');
  const state = await evaluateToState(dir, buildEnvironment(FACTS), {});
  const resources = resourcesOf(state);
  const word = text.replaceAll(/\s/g, '_');
  expect(resources.find(({ type }) => type === 'docker_container')?.values).toMatchObject({
    image: word,
    user: word,
    volumes: [{ container_path: `/${word}` }],
  });
  const start = resources.find(({ address }) => address === 'coder_script.governed_start');
  const [, config = ''] = /<<'AIGOV'.*\n(.*)\nAIGOV/.exec(String(start?.values['script'])) ?? [];
  expect(JSON.parse(Buffer.from(config, 'base64').toString('utf8'))).toMatchObject({
    policy: [{ name: text, commands: { deny: [{ argv: ['x', text] }] } }],
  });
  const holders = resources.filter(({ values }) => JSON.stringify(values).includes(TOKEN));
  expect(holders.map(({ address }) => address)).toEqual([
    'coder_env.governed_aigov_session_token',
    'data.coder_workspace_owner.me',
  ]);
});

testWithTerraform('Terraform finds hostile props formatted and reads them as text', () => {
  using folder = scratch();
  using outputs = scratch();
  for (const [index, text] of HOSTILE.entries()) {
    const main = synthesize(folder.path, (template) => build(template, folder.path, text)).get(
      'main.tf',
    );
    const [line = ''] = /^ +image +=.*$/m.exec(main ?? '') ?? [];
    const file = join(outputs.path, `out${index}.tf`);
    writeFileSync(
      file,
      `output "o${index}" {\n${line.replace('image', 'value').replace(/ +=/, ' =')}\n}\n`,
    );
  }
  const run = (...args: string[]) => runTerraform(outputs.path, ...args);
  expect(run('fmt', '-check', '-recursive')).toMatchObject({ stdout: '', status: 0 });
  expect(run('apply', '-auto-approve')).toMatchObject({ status: 0 });
  const values = JSON.parse(run('output', '-json').stdout) as Record<string, { value: string }>;
  expect(HOSTILE.map((_, index) => values[`o${index}`]?.value)).toEqual(
    HOSTILE.map((text) => text.replaceAll(/\s/g, '_')),
  );
});

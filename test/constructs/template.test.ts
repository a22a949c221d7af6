import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, TerraformOutput, TerraformStack } from 'cdktf';
import { AigovError } from '../../policy';
import { CoderTemplate } from '../../constructs';
import * as coder from '../../constructs/coder';
import * as docker from '../../constructs/docker';
import { scratch, synthesize } from './scratch';

function thrownBy(run: () => unknown): AigovError {
  try {
    run();
  } catch (error) {
    if (AigovError.is(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const outdir = scratch();
afterAll(() => outdir[Symbol.dispose]());

const app = () => new App({ outdir: outdir.path });

const agentOf = (template: CoderTemplate) =>
  new coder.agent.Agent(template, 'agent', { os: 'linux', arch: 'amd64' });

test('a template has no backend, no machine path and no registry host', () => {
  using folder = scratch();
  const main = synthesize(folder.path, agentOf).get('main.tf') ?? '';
  expect(main).not.toMatch(/backend|registry\.terraform\.io|cdktf/);
  expect(main).not.toContain(folder.path);
  expect(main).not.toContain(process.cwd());
  expect(main).toContain('source  = "coder/coder"');
});

test('cdktf’s own JSON lies beside the template, which Terraform would read twice otherwise', () => {
  using folder = scratch();
  synthesize(folder.path, agentOf);
  expect(readdirSync(join(folder.path, 'stacks')).sort()).toEqual(['sample', 'sample.cdk.tf.json']);
  expect(readdirSync(join(folder.path, 'stacks', 'sample'))).toEqual(['main.tf']);
  const manifest = JSON.parse(readFileSync(join(folder.path, 'manifest.json'), 'utf8')) as {
    stacks: Record<string, { workingDirectory: string; synthesizedStackPath: string }>;
  };
  expect(manifest.stacks['sample']).toMatchObject({
    workingDirectory: 'stacks/sample',
    synthesizedStackPath: 'stacks/sample.cdk.tf.json',
  });
});

test('what an earlier synth left is gone, dot-files are kept', () => {
  using folder = scratch();
  const target = join(folder.path, 'stacks', 'sample');
  mkdirSync(join(target, 'scripts'), { recursive: true });
  for (const name of ['old.tf', 'cdk.tf.json', 'scripts/x.sh', '.terraform.lock.hcl']) {
    writeFileSync(join(target, name), 'x');
  }
  synthesize(folder.path, agentOf);
  expect(readdirSync(target).sort()).toEqual(['.terraform.lock.hcl', 'main.tf']);
});

test('nested blocks, dynamic blocks and meta-arguments come out as HCL has them', () => {
  using folder = scratch();
  const main = synthesize(folder.path, (template) => {
    new docker.provider.DockerProvider(template, 'docker', { host: 'unix:///run/docker.sock' });
    const agent = agentOf(template);
    agent.overrideLogicalId('main');
    agent.putMetadata([{ key: 'cpu', script: 'coder stat cpu', interval: 10 }]);
    const app = new coder.app.App(template, 'app', {
      agentId: agent.id,
      slug: 'web',
      url: 'http://localhost:1',
      healthcheck: { url: 'http://localhost:1/healthz', interval: 5, threshold: 6 },
      dependsOn: [agent],
      lifecycle: { ignoreChanges: ['url'], createBeforeDestroy: true },
    });
    app.overrideLogicalId('web');
    new TerraformOutput(template, 'id', { value: app.id, description: 'the app' });
  }).get('main.tf');
  expect(main?.slice(main.indexOf('provider "docker"'))).toMatchInlineSnapshot(`
   "provider "docker" {
     host = "unix:///run/docker.sock"
   }

   data "coder_workspace" "me" {}

   data "coder_workspace_owner" "me" {}

   resource "coder_agent" "main" {
     arch = "amd64"
     os   = "linux"

     metadata {
       interval = 10
       key      = "cpu"
       script   = "coder stat cpu"
     }
   }

   resource "coder_app" "web" {
     agent_id = coder_agent.main.id
     slug     = "web"
     url      = "http://localhost:1"

     healthcheck {
       interval  = 5
       threshold = 6
       url       = "http://localhost:1/healthz"
     }

     lifecycle {
       create_before_destroy = true
       ignore_changes        = [url]
     }

     depends_on = [coder_agent.main]
   }

   output "id" {
     value       = coder_app.web.id
     description = "the app"
   }
   "
  `);
});

test.each([
  '../up',
  '/abs',
  'a/../b',
  '.hidden/x',
  'x/.y',
  'more.tf',
  'more.tf.json',
  'x.tfvars',
  'a//b',
  'dir/',
  '',
  'terraform.tfstate',
  'a\\b',
])('a file Coder would not keep is refused: %j', (path) => {
  const template = new CoderTemplate(app(), 'sample');
  expect(thrownBy(() => template.addFile(path, 'x'))).toMatchObject({
    code: 'TEMPLATE_FILE_INVALID',
    at: path,
  });
});

test('one path cannot have two contents', () => {
  const template = new CoderTemplate(app(), 'sample');
  template.addFile('a.txt', 'one');
  template.addFile('a.txt', 'one');
  expect(thrownBy(() => template.addFile('a.txt', 'two')).code).toBe('TEMPLATE_FILE_CLASH');
});

test('the largest archive Coder takes is written, one byte block more is refused by name', () => {
  using folder = scratch();
  const text = (bytes: number) => 'x'.repeat(bytes);
  const sample = new CoderTemplate(new App({ outdir: folder.path }), 'sample');
  const overhead = 512 + Math.ceil((sample.renderFiles().get('main.tf') ?? '').length / 512) * 512;
  // main.tf, header of the file, two closing blocks; Coder's limit is exclusive
  const largest = 1_048_576 - 512 - overhead - 512 - 1024;
  expect(() =>
    synthesize(folder.path, (template) => template.addFile('big.txt', text(largest))),
  ).not.toThrow();
  const error = thrownBy(() =>
    synthesize(folder.path, (template) => template.addFile('big.txt', text(largest + 1))),
  );
  expect(error).toMatchObject({ code: 'TEMPLATE_TOO_LARGE', at: 'sample' });
  expect(error.message).toContain(`1048576 bytes; allowed is less than 1048576. Largest: big.txt`);
});

test('two resources of one address are refused instead of merged', () => {
  using folder = scratch();
  const build = (template: CoderTemplate) => {
    for (const id of ['a', 'b']) {
      const agent = new coder.agent.Agent(template, id, { os: 'linux', arch: 'amd64' });
      agent.overrideLogicalId('main');
    }
  };
  expect(thrownBy(() => synthesize(folder.path, build))).toMatchObject({
    code: 'ADDRESS_CLASH',
    message: '"sample/b" and "sample/a" have the same Terraform address, coder_agent.main',
  });
});

test.each(['', 'under_score', '-a', 'a--b', 'a/b', '..', 'x'.repeat(33), 'ä'])(
  'a name Coder does not take is refused: %j',
  (id) => {
    expect(thrownBy(() => new CoderTemplate(app(), id))).toMatchObject({
      code: 'PROP_INVALID',
      at: 'CoderTemplate.id',
    });
  },
);

test('a construct outside of a template is told where it belongs', () => {
  expect(thrownBy(() => CoderTemplate.of(app())).code).toBe('TEMPLATE_MISSING');
  const stack = new TerraformStack(app(), 'plain');
  expect(thrownBy(() => CoderTemplate.of(stack))).toMatchObject({
    code: 'TEMPLATE_MISSING',
    at: 'plain',
  });
});

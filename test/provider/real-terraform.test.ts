// testWithTerraform is a test block, which the rule cannot know.
/* oxlint-disable jest/no-standalone-expect */
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemasOf } from '../../provider/plugin';
import { terraformProgram, testWithTerraform } from '../emulator/real-terraform';
import { bundle, scratch } from '../emulator/stand-in-bundle';
import { exampleProvider } from './example-provider';

const folder = scratch('sdk');
afterAll(() => folder[Symbol.dispose]());
const STORE = join(folder.path, 'store.json');
const HEAD = `terraform {
  required_providers {
    example = {
      source = "example/example"
    }
  }
}
`;

beforeAll(() => {
  const file = bundle('test/provider/example-main.ts', folder.path);
  const platform = `${process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`;
  const dir = join(folder.path, 'mirror/registry.terraform.io/example/example/1.0.0', platform);
  mkdirSync(dir, { recursive: true });
  cpSync(file, join(dir, 'main.cjs'));
  const program = join(dir, 'terraform-provider-example_v1.0.0');
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' "\${0%/*}/main.cjs"\n`);
  chmodSync(program, 0o755);
  const mirror = `provider_installation {\n filesystem_mirror {\n path = "${folder.path}/mirror"\n }\n}\n`;
  writeFileSync(join(folder.path, 'rc'), `disable_checkpoint = true\n${mirror}`);
});

const environment = () => ({
  PATH: process.env['PATH'],
  HOME: folder.path,
  TMPDIR: folder.path,
  CHECKPOINT_DISABLE: '1',
  TF_IN_AUTOMATION: '1',
  TF_CLI_CONFIG_FILE: join(folder.path, 'rc'),
  EXAMPLE_STORE: STORE,
});

/** Terraform in a folder of its own with this configuration. */
function workspace(name: string) {
  const cwd = join(folder.path, name);
  mkdirSync(cwd, { recursive: true });
  const terraform = (...args: string[]) =>
    execFileSync(terraformProgram, args, {
      cwd,
      env: environment(),
      encoding: 'utf8',
      stdio: 'pipe',
    });
  const write = (text: string) => writeFileSync(join(cwd, 'main.tf'), `${HEAD}${text}`);
  return { cwd, terraform, write };
}

/** Exit status of plan -detailed-exitcode and what it printed. */
function plan(cwd: string): Promise<{ code: number; text: string }> {
  const args = ['plan', '-no-color', '-detailed-exitcode', '-lock=false'];
  return new Promise((resolve) => {
    execFile(terraformProgram, args, { cwd, env: environment() }, (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(error.code);
      resolve({ code, text: `${stdout}${stderr}` });
    });
  });
}

const thing = (body: string) => `resource "example_thing" "a" {\n${body}\n}\n`;

testWithTerraform('a provider lives through everything Terraform does to one', async () => {
  const { cwd, terraform, write } = workspace('life');
  write(`${thing(`
    name           = "a"
    size           = 9007199254740993
    tags           = { other = example_thing.b.id }
    ports          = [443, 80]
    anything       = { nested = [1, "two", true] }
    secret         = ephemeral.example_token.t.value
    secret_version = 1
    rules          = [{ domain = "x.com" }, { domain = example_thing.b.kind }]
    owner          = { user = "ada" }
    guard {
      argv = ["rm", "-rf"]
    }`)}
resource "example_thing" "b" {
  name = "b"
}
data "example_info" "i" {
  name = provider::example::shout("me", "too")
}
ephemeral "example_token" "t" {
}
output "greeting" {
  value = data.example_info.i.greeting
}
`);
  terraform('init', '-no-color');
  terraform('validate', '-no-color');
  terraform('apply', '-no-color', '-auto-approve');
  const state = readFileSync(join(cwd, 'terraform.tfstate'), 'utf8');
  expect(state).toContain('"size": 9007199254740993');
  expect(state).toContain('"secret_length": 16');
  expect(state).toContain('"other": "thing-b"');
  expect(state).toContain('hello ME TOO!');
  expect(state).not.toContain('ephemeral-secret');
  expect(await plan(cwd)).toMatchObject({ code: 0 });

  const main = readFileSync(join(cwd, 'main.tf'), 'utf8');
  writeFileSync(join(cwd, 'main.tf'), main.replace('[443, 80]', '[80, 443, 22]'));
  const update = await plan(cwd);
  expect(update.text).toContain('1 to change, 0 to destroy');
  terraform('apply', '-no-color', '-auto-approve');
  expect(await plan(cwd)).toMatchObject({ code: 0 });

  writeFileSync(join(cwd, 'main.tf'), main.replace('name           = "a"', 'name = "c"'));
  expect((await plan(cwd)).text).toContain('"c" # forces replacement');
  writeFileSync(join(cwd, 'main.tf'), main);

  terraform('state', 'rm', 'example_thing.b');
  terraform('import', '-no-color', 'example_thing.b', 'thing-b');
  terraform('apply', '-no-color', '-auto-approve');
  expect(await plan(cwd)).toMatchObject({ code: 0 });

  terraform('destroy', '-no-color', '-auto-approve');
  expect(JSON.parse(readFileSync(STORE, 'utf8'))).toEqual([]);
});

testWithTerraform('a refusal shows the attribute, the remedy and the code', async () => {
  const { cwd, terraform, write } = workspace('refusal');
  write(thing('name = "a"\nsize = -1'));
  terraform('init', '-no-color');
  const { code, text } = await plan(cwd);
  expect(code).toBe(1);
  expect(text).toContain('size is -1, at least 0 is allowed');
  expect(text).toContain('Give a size of 0 or more. (SIZE_NEGATIVE)');
  expect(text).toMatch(/on main\.tf line \d+, in resource "example_thing" "a"/);
});

testWithTerraform('the schema that code declares is the schema that Terraform prints', async () => {
  const { terraform, write } = workspace('schema');
  write(thing('name = "a"'));
  terraform('init', '-no-color');
  const printed = JSON.parse(terraform('providers', 'schema', '-json')) as {
    provider_schemas: Record<string, { resource_schemas: Record<string, object> }>;
  };
  const [schemas] = Object.values(printed.provider_schemas);
  const declared = schemasOf(exampleProvider({ things: new Map(), save: () => undefined }));
  const attributesIn = (from: object | undefined) =>
    JSON.parse(
      JSON.stringify(from, (key, value: unknown) =>
        key === 'description_kind' ? undefined : value,
      ),
    ) as unknown;
  expect(attributesIn(schemas?.resource_schemas['example_thing'])).toEqual(
    attributesIn(declared.resource_schemas?.['example_thing']),
  );
});

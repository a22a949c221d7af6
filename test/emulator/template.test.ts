import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { evaluateTemplate, type WorkspaceFacts } from '../../emulator';
import { scratch } from './stand-in-bundle';

const SMALL = join(__dirname, 'templates', 'small');
const FACTS: WorkspaceFacts = {
  workspace: { id: 'b1c0f7c2-0000-4000-8000-000000000001', name: 'Dev' },
  owner: { id: 'owner-1', name: 'ada', fullName: 'Ada Lovelace', sessionToken: 'token-of-ada' },
  template: { id: 'template-1', name: 'governed', version: 'v1' },
};

/** Evaluates one file of HCL; what it sets as `value` of coder_env.out. */
async function valueOf(expression: string, more = '', file = 'main.tf'): Promise<unknown> {
  const agent = 'resource "coder_agent" "main" {\n os = "linux"\n arch = "amd64"\n}\n';
  const env = `resource "coder_env" "out" {\n agent_id = coder_agent.main.id\n name = "OUT"\n value = ${expression}\n}\n`;
  using folder = scratch('evaluate');
  writeFileSync(join(folder.path, file), `${agent}${env}${more}`);
  writeFileSync(join(folder.path, 'note.txt'), 'a "note" of ${HOME}\n');
  writeFileSync(join(folder.path, 'greet.tftpl'), 'hi ${name}, $${HOME} is home');
  return (await evaluateTemplate(folder.path, FACTS)).agents[0]?.env['OUT'];
}

test('a template gives its agent, environment, scripts, apps and parameters', async () => {
  const { agents, parameters } = await evaluateTemplate(SMALL, {
    ...FACTS,
    parameters: { model: 'large' },
  });
  const [agent] = agents;
  expect(agents).toHaveLength(1);
  expect(agent).toMatchObject({ name: 'main', os: 'linux', dir: '/home/ada' });
  expect(agent?.env).toEqual({
    GREETING: 'hello Ada Lovelace',
    SHADOWED: 'by the agent',
    AIGOV_SESSION_TOKEN: 'token-of-ada',
    TOOLS: '$HOME/tools:/opt/tools',
  });
  expect(agent?.scripts.map(({ displayName }) => displayName).sort()).toEqual([
    'Farewell',
    'Firewall for Dev',
    'Prepare',
  ]);
  expect(agent?.scripts.find(({ displayName }) => displayName === 'Prepare')).toMatchObject({
    runOnStart: true,
    startBlocksLogin: true,
    timeoutSeconds: 30,
  });
  const firewall = agent?.scripts.find((each) => each.displayName.startsWith('Firewall'))?.script;
  expect(firewall).toContain(Buffer.from('{"model":"large"}').toString('base64'));
  expect(firewall).toContain('echo "${HOME} is home"');
  expect(agent?.apps).toMatchObject([{ slug: 'gateway', url: 'http://127.0.0.1:4180' }]);
  expect(parameters).toContainEqual({
    name: 'model',
    type: 'string',
    value: 'large',
    isMutable: true,
  });
});

test('a stopped workspace has no resources that count on a start', async () => {
  const parameters = { 'Agent firewall': 'false' };
  const { agents } = await evaluateTemplate(SMALL, { ...FACTS, transition: 'stop', parameters });
  expect(agents[0]?.scripts.map(({ displayName }) => displayName)).toEqual(['Farewell', 'Prepare']);
});

interface Case {
  readonly expression: string;
  readonly value: string;
  readonly more?: string;
}

test.each<Case>([
  { expression: '"plain"', value: 'plain' },
  { expression: '"$${HOME} and %%{if}"', value: '${HOME} and %{if}' },
  { expression: '"tab\\t\\"quote\\" \\u00e9"', value: 'tab\t"quote" é' },
  { expression: 'data.coder_workspace.me.start_count == 1 ? "on" : "off"', value: 'on' },
  { expression: '1 + 2 * 3 - -4', value: '11' },
  { expression: '"${true && !false}"', value: 'true' },
  {
    expression: 'join(",", [for k, v in { b = 2, a = 1 } : "${k}=${v}" if v > 0])',
    value: 'a=1,b=2',
  },
  { expression: 'jsonencode({ for s in ["x", "y"] : s => upper(s) })', value: '{"x":"X","y":"Y"}' },
  {
    expression: 'jsonencode({ z = "<&>", a = [1, true, null] })',
    value: '{"a":[1,true,null],"z":"\\u003c\\u0026\\u003e"}',
  },
  { expression: 'file("${path.module}/note.txt")', value: 'a "note" of ${HOME}\n' },
  { expression: 'templatefile("greet.tftpl", { name = "you" })', value: 'hi you, ${HOME} is home' },
  { expression: 'base64decode(filebase64("note.txt"))', value: 'a "note" of ${HOME}\n' },
  {
    expression: 'replace("http://localhost:1/", "/localhost|127\\\\.0/", "host")',
    value: 'http://host:1/',
  },
  { expression: 'replace("a.b.c", ".", "$1")', value: 'a$1b$1c' },
  { expression: 'coalesce(lookup({ a = "" }, "b", ""), "fallback")', value: 'fallback' },
  {
    expression: 'try(local.missing.deep, "tried")',
    value: 'tried',
    more: 'locals {\n missing = {}\n}\n',
  },
  { expression: 'coder_agent.main.env == null ? "none" : "some"', value: 'none' },
  { expression: 'join("-", concat([["a"], ["b", "c"]]...))', value: 'a-b-c' },
  { expression: 'substr(sha256("x"), 0, 8)', value: '2d711642' },
  {
    expression: 'local.b[1].name',
    value: 'two',
    more: 'locals {\n a = "two"\n b = [{ name = "one" }, { "name" : local.a }]\n}\n',
  },
  {
    expression: 'join(",", local.b[*].name)',
    value: 'one,two',
    more: 'locals {\n b = [{ name = "one" }, { name = "two" }]\n}\n',
  },
  {
    expression: 'coder_script.each["x"].display_name',
    value: 'x-1',
    more: 'resource "coder_script" "each" {\n for_each = { x = 1, y = 2 }\n agent_id = coder_agent.main.id\n display_name = "${each.key}-${each.value}"\n script = "true"\n run_on_start = true\n}\n',
  },
  {
    expression: 'coder_script.c[1].display_name',
    value: '1',
    more: 'resource "coder_script" "c" {\n count = 2\n agent_id = coder_agent.main.id\n display_name = "${count.index}"\n script = "true"\n run_on_start = true\n}\n',
  },
])('evaluates $expression', async ({ expression, more, value }) => {
  const data = expression.includes('data.coder_workspace')
    ? 'data "coder_workspace" "me" {\n}\n'
    : '';
  expect(await valueOf(expression, `${more ?? ''}${data}`)).toBe(value);
});

interface Refused {
  readonly source: string;
  readonly code: string;
  readonly says: string;
}
const AGENT = 'resource "coder_agent" "a" {\n os = "linux"\n arch = "amd64"\n}\n';

test.each<Refused>([
  {
    source:
      'locals {\n x = 1\n}\nresource "coder_agent" "a" {\n os = cidrhost("10.0.0.0/8", 1)\n arch = "amd64"\n}\n',
    code: 'TEMPLATE_EXPRESSION_UNSUPPORTED',
    says: 'main.tf: coder_agent.a.os: cannot evaluate "${cidrhost(',
  },
  {
    source: `${AGENT}resource "coder_env" "e" {\n agent_id = coder_agent.b.id\n name = "E"\n}\n`,
    code: 'TEMPLATE_EXPRESSION_UNSUPPORTED',
    says: '"coder_agent.b.id" is not known',
  },
  {
    source: 'resource "coder_agent" "a" {\n os = "beos"\n arch = "amd64"\n}\n',
    code: 'CODER_RULE_BROKEN',
    says: 'main.tf: coder_agent.a: os: expected one of linux',
  },
  {
    source: 'resource "coder_agent" "a" {\n os = "linux"\n}\n',
    code: 'TEMPLATE_ARGUMENT_MISSING',
    says: 'arch',
  },
  {
    source: 'resource "coder_agent" "a" {\n os = "linux"\n arch = "amd64"\n colour = "red"\n}\n',
    code: 'TEMPLATE_ARGUMENT_UNKNOWN',
    says: '"colour"',
  },
  {
    source: 'resource "aws_instance" "a" {\n}\n',
    code: 'TEMPLATE_RESOURCE_UNSUPPORTED',
    says: 'aws_instance.a',
  },
  {
    source:
      'locals {\n a = local.b\n b = local.a\n}\nresource "coder_agent" "a" {\n os = local.a\n arch = "amd64"\n}\n',
    code: 'TEMPLATE_CYCLE',
    says: 'local.a',
  },
  {
    source: 'variable "v" {\n}\nresource "coder_agent" "a" {\n os = var.v\n arch = "amd64"\n}\n',
    code: 'TEMPLATE_VARIABLE_MISSING',
    says: '"v"',
  },
  { source: 'module "m" {\n source = "./m"\n}\n', code: 'TEMPLATE_UNSUPPORTED', says: 'module.m' },
  { source: 'resource "coder_agent" "a" {\n', code: 'TEMPLATE_SYNTAX', says: 'main.tf' },
  {
    source: `${AGENT}resource "coder_env" "e" {\n agent_id = coder_agent.a.id\n name = "E"\n value = file("/etc/hostname")\n}\n`,
    code: 'TEMPLATE_EXPRESSION_UNSUPPORTED',
    says: 'outside the template',
  },
  {
    source: `${AGENT}resource "coder_env" "e" {\n agent_id = coder_agent.a.id\n name = "E"\n value = "%{ if true }x%{ endif }"\n}\n`,
    code: 'TEMPLATE_EXPRESSION_UNSUPPORTED',
    says: 'directives',
  },
])('refuses $source with $code', async ({ code, says, source }) => {
  using folder = scratch('refused');
  writeFileSync(join(folder.path, 'main.tf'), source);
  const refused = evaluateTemplate(folder.path, FACTS);
  await expect(refused).rejects.toMatchObject({ code, message: expect.stringContaining(says) });
  await expect(refused).rejects.toMatchObject({ remedy: expect.stringMatching(/\.$/) });
});

test('a clash that merge_strategy forbids is refused', async () => {
  const clash =
    'resource "coder_env" "again" {\n agent_id = coder_agent.main.id\n name = "OUT"\n value = "y"\n merge_strategy = "error"\n}\n';
  await expect(valueOf('"x"', clash)).rejects.toMatchObject({ code: 'TEMPLATE_ENV_CLASH' });
  // Without the demand the last one by address wins: again, then out.
  expect(await valueOf('"x"', clash.replace('"error"', '"replace"'))).toBe('x');
});

test('.tf.json is read as .tf is', async () => {
  using folder = scratch('json');
  mkdirSync(join(folder.path, 'sub'));
  writeFileSync(join(folder.path, 'sub', 'ignored.tf'), 'not even HCL');
  writeFileSync(
    join(folder.path, 'main.tf.json'),
    JSON.stringify({
      resource: {
        coder_agent: { main: { os: 'linux', arch: 'amd64', env: { A: '${upper("b")}' } } },
      },
    }),
  );
  const { agents } = await evaluateTemplate(folder.path, FACTS);
  expect(agents[0]?.env).toEqual({ A: 'B' });
});

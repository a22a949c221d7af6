// testWithTerraform is a test block, which the rule cannot know.
/* oxlint-disable jest/no-standalone-expect */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test as property, fc } from '@fast-check/jest';
import { Source, printBlocks, type Block, type Value } from '../../constructs/template/hcl';
import { literal, parseTemplate } from '../../constructs/template/template-string';
import { runTerraform, scratch, testWithTerraform } from './scratch';

const output = (name: string, value: Value | Source): Block => ({
  type: 'output',
  labels: [name],
  attributes: [{ name: 'value', value }],
  blocks: [],
});

/** Text full of what Terraform gives a meaning to. */
const hostileText = fc
  .array(
    fc.oneof(
      fc.constantFrom('$', '%', '{', '}', '"', '\\', '\n', '~', 'EOF', '${', '%{'),
      fc.string({ unit: 'binary' }),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''))
  .filter((text) => text.isWellFormed());

property.prop([hostileText])('a literal is one piece of text, the same', (text) => {
  expect(parseTemplate(literal(text))).toEqual(text === '' ? [] : [{ kind: 'text', text }]);
});

test('expressions inside a string are told apart from text, whatever they quote', () => {
  expect(parseTemplate('a ${f("}", "${b}")} $${c} %{if x}y')).toEqual([
    { kind: 'text', text: 'a ' },
    { kind: 'expression', source: 'f("}", "${b}")' },
    { kind: 'text', text: ' ${c} ' },
    { kind: 'directive', source: 'if x' },
    { kind: 'text', text: 'y' },
  ]);
});

test('a literal leaves references of cdktf alone, also right after a dollar', () => {
  expect(literal('${a} $${TfToken[TOKEN.1]} %{b}')).toBe('$${a} ${"$"}${TfToken[TOKEN.1]} %%{b}');
});

test('prints as people write it', () => {
  const text = printBlocks([
    {
      type: 'resource',
      labels: ['coder_env', 'main'],
      head: [{ name: 'count', value: 1 }],
      attributes: [
        { name: 'name', value: 'PATH' },
        { name: 'agent_id', value: '${coder_agent.main.id}' },
        { name: 'map', value: { a: 1, 'b c': ['x', true, null], long_name: { nested: 'y' } } },
        { name: 'z', value: 'last' },
      ],
      blocks: [{ type: 'empty', labels: [], attributes: [], blocks: [] }],
      tail: [{ name: 'depends_on', value: new Source('[coder_agent.main]') }],
    },
  ]);
  expect(text).toMatchInlineSnapshot(`
"resource "coder_env" "main" {
  count = 1

  name     = "PATH"
  agent_id = coder_agent.main.id
  map = {
    a     = 1
    "b c" = ["x", true, null]
    long_name = {
      nested = "y"
    }
  }
  z = "last"

  empty {}

  depends_on = [coder_agent.main]
}
"
`);
});

const samples = fc.sample(hostileText, { numRuns: 300, seed: 7 });

testWithTerraform(
  'Terraform reads every literal back as it was, and finds the file formatted',
  () => {
    using folder = scratch();
    const blocks = samples.map((text, index) => output(`s${index}`, literal(text)));
    writeFileSync(join(folder.path, 'main.tf'), printBlocks(blocks));
    expect(runTerraform(folder.path, 'fmt', '-check', '-diff')).toMatchObject({
      stdout: '',
      status: 0,
    });
    const applied = runTerraform(folder.path, 'apply', '-auto-approve', '-no-color');
    expect(applied).toMatchObject({ stderr: '', status: 0 });
    const outputs = JSON.parse(runTerraform(folder.path, 'output', '-json').stdout) as Record<
      string,
      { value: string }
    >;
    // Terraform keeps all text in Unicode's NFC
    const read = samples.map((_, index) => outputs[`s${index}`]?.value);
    expect(read).toEqual(samples.map((text) => text.normalize('NFC')));
  },
);

const value: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    hostileText.map((text) => literal(text)),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      fc.oneof(
        fc.stringMatching(/^[a-z_][a-z0-9_-]{0,8}$/),
        hostileText.map((text) => literal(text)),
      ),
      tie('value'),
      { maxKeys: 4, noNullPrototype: true },
    ),
  ),
})).value;

testWithTerraform('whatever is printed is formatted as `terraform fmt` would', () => {
  using folder = scratch();
  const blocks = fc
    .sample(value, { numRuns: 200, seed: 11 })
    .map((item, index) => output(`v${index}`, item));
  writeFileSync(join(folder.path, 'main.tf'), printBlocks(blocks));
  expect(runTerraform(folder.path, 'fmt', '-check', '-diff')).toMatchObject({
    stdout: '',
    stderr: '',
    status: 0,
  });
});

import { AigovErrors, type PolicyDocument } from '../../policy';
import { loadPolicies, parsePolicy } from '../../policy/schema';

function faultsOf(
  text: string,
  file = 'org.yaml',
): readonly { code: string; at: string | undefined; message: string; remedy: string }[] {
  try {
    parsePolicy(text, file);
    return [];
  } catch (error) {
    if (error instanceof AigovErrors) return error.faults;
    throw error;
  }
}

const HEAD = 'apiVersion: aigov/v1\nname: org\n';

interface Case {
  readonly why: string;
  readonly text: string;
  readonly expected: readonly (readonly [code: string, at: string])[];
}

test.each<Case>([
  {
    why: 'unknown key',
    text: `${HEAD}network:\n  alow: []\n`,
    expected: [['POLICY_KEY_UNKNOWN', 'org.yaml:4:3']],
  },
  {
    why: 'wrong type',
    text: `${HEAD}network:\n  allow: yes please\n`,
    expected: [['POLICY_TYPE_INVALID', 'org.yaml:4:10']],
  },
  {
    why: 'empty rule',
    text: `${HEAD}network:\n  allow:\n    - ""\n`,
    expected: [['POLICY_RULE_EMPTY', 'org.yaml:5:7']],
  },
  {
    why: 'two faults at once',
    text: `${HEAD}netwrk: {}\nnetwork:\n  allow: ["domain=a.com,b.com"]\n`,
    expected: [
      ['POLICY_KEY_UNKNOWN', 'org.yaml:3:1'],
      ['POLICY_RULE_INVALID', 'org.yaml:5:11'],
    ],
  },
  { why: 'missing key', text: 'name: org\n', expected: [['POLICY_KEY_MISSING', 'org.yaml:1:1']] },
  {
    why: 'value outside the list',
    text: `${HEAD}firewall: { minimumLevel: E }\n`,
    expected: [['POLICY_VALUE_INVALID', 'org.yaml:3:27']],
  },
  {
    why: 'key given twice',
    text: `${HEAD}name: again\n`,
    expected: [['POLICY_KEY_DUPLICATE', 'org.yaml:3:1']],
  },
  {
    why: 'broken YAML',
    text: `${HEAD}network: [\n`,
    expected: [['POLICY_YAML_INVALID', 'org.yaml:4:1']],
  },
  { why: 'no document', text: '', expected: [['POLICY_TYPE_INVALID', 'org.yaml:1:1']] },
  {
    why: 'a hazard in strict',
    text: `${HEAD}network: { allow: ["path=/"] }\n`,
    expected: [['POLICY_RULE_EVERY_PATH', 'org.yaml:3:20']],
  },
  {
    why: "a fault in Coder's file",
    text: 'allowlist:\n  - " domain=a.com"\nproxy_prt: 1\n',
    expected: [
      ['POLICY_KEY_UNKNOWN', 'org.yaml:3:1'],
      ['POLICY_RULE_INVALID', 'org.yaml:2:5'],
    ],
  },
  {
    why: 'wrong command rule',
    text: `${HEAD}commands:\n  disable: [no-such-rule]\n`,
    expected: [['POLICY_COMMAND_RULE_UNKNOWN', 'org.yaml:4:13']],
  },
])('$why is reported with its place', ({ text, expected }) => {
  const faults = faultsOf(text);
  expect(faults.map(({ code, at }) => [code, at])).toEqual(expected);
  expect(faults.every(({ remedy, message }) => remedy !== '' && message !== '')).toBe(true);
});

test('a near miss of a key is named', () => {
  expect(faultsOf(`${HEAD}network:\n  alow: []\n`)[0]?.remedy).toBe(
    'Write "allow" instead of "alow".',
  );
});

test('an anchor bomb, deep nesting and a huge file are refused', () => {
  const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
  for (const [name, from] of [
    ['b', 'a'],
    ['c', 'b'],
    ['d', 'c'],
    ['e', 'd'],
    ['f', 'e'],
  ]) {
    bomb.push(`${name}: &${name} [${Array(10).fill(`*${from}`).join(', ')}]`);
  }
  const codes = [bomb.join('\n'), `a: ${'['.repeat(100_000)}`, 'a'.repeat(5_000_000)].map(
    (text) => faultsOf(text)[0]?.code,
  );
  expect(codes).toEqual(['POLICY_YAML_INVALID', 'POLICY_YAML_INVALID', 'POLICY_FILE_TOO_LARGE']);
});

test("Coder's config.yaml becomes a layer in compat boundary", () => {
  const text =
    'allowlist:\n  - "domain=*.github.com"\n  - ""\njail_type: landjail\nproxy_port: 8087\n';
  expect(parsePolicy(text, 'deploy/config.yaml')).toEqual({
    apiVersion: 'aigov/v1',
    name: 'config',
    network: {
      compat: 'boundary',
      allow: ['domain=*.github.com', ''],
      boundary: { jail_type: 'landjail', proxy_port: 8087 },
    },
  } satisfies PolicyDocument);
});

describe('includes', () => {
  const read = (files: Readonly<Record<string, string>>) => (file: string) => {
    const text = files[file];
    if (text === undefined) throw Object.assign(new Error('no'), { code: 'ENOENT' });
    return text;
  };

  test('stand above the including layer', () => {
    const files = {
      'p/team.yaml': 'apiVersion: aigov/v1\nname: team\ninclude: [org.yaml]\n',
      'p/org.yaml': HEAD,
    };
    expect(loadPolicies(['p/team.yaml'], read(files)).map(({ name }) => name)).toEqual([
      'org',
      'team',
    ]);
  });

  test('that go round in a circle, and files that cannot be read, are named together', () => {
    const files = {
      'a.yaml': `${HEAD}include: [b.yaml, gone.yaml]\n`,
      'b.yaml': `${HEAD}include: [a.yaml]\n`,
    };
    expect(() => loadPolicies(['a.yaml'], read(files))).toThrow(
      /a\.yaml → b\.yaml → a\.yaml[\s\S]*gone\.yaml.*ENOENT/,
    );
  });
});

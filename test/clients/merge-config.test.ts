import { test as property, fc } from '@fast-check/jest';
import { mergeClientConfig, type ClientConfigFile } from '../../clients';

const json = (text: string): ClientConfigFile => ({ path: '~/.x/a.json', merge: 'json', text });
const toml = (text: string): ClientConfigFile => ({ path: '~/.x/a.toml', merge: 'toml', text });

test.each([undefined, '', ' \n'])('a file that is not there becomes ours (%j)', (existing) => {
  expect(mergeClientConfig(json('{"a":1}\n'), existing)).toBe('{\n  "a": 1\n}\n');
  expect(mergeClientConfig(toml('a = 1\n'), existing)).toBe('a = 1 # aigov\n');
});

test('JSON of ours goes over theirs, what we do not name stays', () => {
  const theirs = '{"theme":"dark","security":{"auth":{"selectedType":"oauth","x":1}},"list":[1]}';
  const ours = '{"security":{"auth":{"selectedType":"key"}},"list":[2]}';
  expect(JSON.parse(mergeClientConfig(json(ours), theirs) ?? '')).toEqual({
    theme: 'dark',
    security: { auth: { selectedType: 'key', x: 1 } },
    list: [2],
  });
});

test.each(['{', '[1]', '"text"', '// comment\n{}'])(
  'JSON that is not an object is left alone: %j',
  (existing) => {
    expect(mergeClientConfig(json('{}'), existing)).toBeUndefined();
  },
);

const THEIRS = `# mine
model_provider = "own"
model = "gpt-5"

[features]
web = true
plugins = true
[[things]]
plugins = "kept"
[profiles.a]
model_provider = "kept too"
`;

const OURS = `model_provider = "aigov"

[features]
plugins = false

[analytics]
enabled = false
`;

test('TOML of ours goes into their tables; a line of theirs that ours replaces becomes a comment', () => {
  expect(mergeClientConfig(toml(OURS), THEIRS)).toBe(`model_provider = "aigov" # aigov
# mine
# replaced by aigov: model_provider = "own"
model = "gpt-5"

[features]
plugins = false # aigov
web = true
# replaced by aigov: plugins = true
[[things]]
plugins = "kept"
[profiles.a]
model_provider = "kept too"
[analytics] # aigov
enabled = false # aigov
`);
});

test('merging again changes nothing, and other settings leave nothing of the first behind', () => {
  const once = mergeClientConfig(toml(OURS), THEIRS) ?? '';
  expect(mergeClientConfig(toml(OURS), once)).toBe(once);
  expect(mergeClientConfig(toml('x = 1\n'), once)?.replace('x = 1 # aigov\n', '').trim()).toBe(
    THEIRS.trim(),
  );
});

const line = fc.oneof(
  fc.constantFrom(
    '[features]',
    '[analytics]',
    '[other]',
    '# note',
    '',
    'plugins = 1',
    'model_provider = "a"',
  ),
  fc.stringMatching(/^[a-z]{1,6} = [0-9]{1,3}$/),
);

property.prop([fc.array(line, { maxLength: 12 })])(
  'merging any TOML twice is merging it once',
  (lines) => {
    const once = mergeClientConfig(toml(OURS), lines.join('\n')) ?? '';
    expect(mergeClientConfig(toml(OURS), once)).toBe(once);
  },
);

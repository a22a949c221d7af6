import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUILT_IN_RULES, compileCommands, decideShellText } from '../../policy/commands';

const place = { cwd: '/home/me/proj', home: '/home/me', workdir: '/home/me/proj' };

/** A policy with one built-in rule only, so that another rule cannot answer for it. */
function only(id: string) {
  const others = BUILT_IN_RULES.map((rule) => rule.id).filter((other) => other !== id);
  const commands = { disable: others, mode: { [id]: 'enforce' } } as const;
  return { commands: compileCommands([{ apiVersion: 'aigov/v1', name: 'one', commands }]) };
}

describe.each(BUILT_IN_RULES.map((rule) => [rule.id, rule] as const))('%s', (id, rule) => {
  const policy = only(id);
  test.each(rule.match)('refuses %j', (text) => {
    const { decision } = decideShellText(policy, { text, ...place });
    expect(decision).toMatchObject({ effect: 'deny', rule: id });
  });
  test.each(rule.notMatch)('lets %j pass', (text) => {
    expect(decideShellText(policy, { text, ...place }).decision.effect).toBe('allow');
  });
});

test('the documentation lists every rule with its severity and default', () => {
  const text = readFileSync(join(__dirname, '..', '..', 'docs', 'commands.md'), 'utf8');
  const rows = [...text.matchAll(/^\| `([a-z-]+)` +\| (\w+) +\| (\w+) +\|/gm)];
  const documented = rows.map(([, id, severity, mode]) => ({ id, severity, mode }));
  expect(documented).toEqual(
    BUILT_IN_RULES.map(({ id, severity, mode }) => ({ id, severity, mode })),
  );
});

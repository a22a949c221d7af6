import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileCommands, decideShellText } from '../../policy/commands';

const policy = { commands: compileCommands([]) };
const place = { cwd: '/home/me/proj', home: '/home/me', workdir: '/home/me/proj' };

/** Lines of a table; its comment stands at the top. */
function table(name: string): readonly string[] {
  const text = readFileSync(join(__dirname, '..', 'fixtures', 'commands', name), 'utf8');
  return text
    .replace(/^(# [A-Zt].*\n)+/, '')
    .split('\n')
    .filter((line) => line !== '');
}

const DENIED = table('denied.txt');
const ALLOWED = table('allowed.txt');

test('the table is as large as promised, and no line stands on both sides', () => {
  expect(DENIED.length).toBeGreaterThanOrEqual(150);
  expect(ALLOWED.length).toBeGreaterThanOrEqual(150);
  expect(new Set([...DENIED, ...ALLOWED]).size).toBe(DENIED.length + ALLOWED.length);
});

test.each(DENIED.map((text) => ({ text })))('refuses $text', ({ text }) => {
  const { decision } = decideShellText(policy, { text, ...place });
  expect(decision).toMatchObject({ effect: 'deny', reason: 'destructive_command' });
});

test.each(ALLOWED.map((text) => ({ text })))('lets pass $text', ({ text }) => {
  expect(decideShellText(policy, { text, ...place }).decision).toMatchObject({ effect: 'allow' });
});

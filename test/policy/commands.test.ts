import { compileCommands, decideCommand, decideShellText } from '../../policy/commands';

const policy = { commands: compileCommands([]) };
const place = { cwd: '/home/me/proj', home: '/home/me', workdir: '/home/me/proj' };

test.each([
  ['deny', 'rm -rf /'],
  ['deny', 'rm -rf .'],
  ['deny', 'rm -rf /home/me/proj'],
  ['allow', 'rm -rf node_modules'],
  ['allow', 'rm -rf ./build'],
  ['deny', 'cd .. && rm -rf proj'],
  ['deny', 'sudo -u root env X=1 bash -lc "rm -fr \\"\\$HOME\\""'],
  ['deny', 'D=/; for x in a $D; do rm -r "$x"; done'],
])('%s %s', (effect, text) => {
  expect(decideShellText(policy, { text, ...place }).decision.effect).toBe(effect);
});

test('the denial names the rule and says what to do instead', () => {
  expect(decideCommand(policy, { argv: ['rm', '-rf', '/home/me/proj'], ...place })).toMatchObject({
    effect: 'deny',
    reason: 'destructive_command',
    layer: 'built-in',
    rule: 'rm-protected-path',
    remedy: expect.stringContaining('name the files'),
  });
});

import type { Argument } from '../argument';
import { isUnresolved, UNKNOWN } from '../argument';
import type { Invocation } from '../invocation';
import { has, optionSpec, parseArguments } from '../options';
import { protectedKind, type ProtectedKind } from '../protected-path';
import type { CommandRule } from '../rule';

const RM = optionSpec(
  'r|R|recursive f|force i I d|dir P v|verbose x|one-file-system W interactive=? preserve-root=? no-preserve-root help version',
);

/** The operands of a recursive `rm`; none when it is not recursive. */
function removedTrees({ args }: Invocation): readonly Argument[] {
  const parsed = parseArguments(RM, args);
  return has(parsed, 'recursive') ? parsed.operands : [];
}

/** Whether any word means a protected place of one of the kinds. */
export function hitsProtected(
  words: readonly Argument[],
  { places }: Invocation,
  except: readonly ProtectedKind[] = [],
): boolean {
  return words.some((word) => {
    const kind = protectedKind(word, places);
    return kind !== undefined && !except.includes(kind);
  });
}

const removeProtected: CommandRule = {
  id: 'rm-protected-path',
  severity: 'critical',
  mode: 'enforce',
  reason:
    'it deletes recursively the root, a system folder, a home, the project folder, or a folder above it',
  advice: 'name the files or sub-folders you mean',
  programs: ['rm'],
  matches: (invocation) => hitsProtected(removedTrees(invocation), invocation, ['git']),
  match: [
    'rm -rf /',
    'rm -r -f ~',
    'rm --recursive --force "$HOME"',
    'rm -rf .',
    'rm -fr ./*',
    'rm -rf ..',
  ],
  notMatch: [
    'rm -rf node_modules',
    'rm -rf ./build',
    'rm -f package-lock.json',
    'rm -rf "~"',
    'rm -rf /tmp/x',
  ],
};

const removeGit: CommandRule = {
  id: 'rm-git-history',
  severity: 'high',
  mode: 'enforce',
  reason: "it deletes the project's .git folder, and with it every commit that was not pushed",
  advice: 'keep .git and undo single changes with git',
  programs: ['rm'],
  matches: (invocation) =>
    removedTrees(invocation).some((word) => protectedKind(word, invocation.places) === 'git'),
  match: ['rm -rf .git', 'rm -rf ./.git/*'],
  notMatch: ['rm -f .git/index.lock', 'rm -rf .github', 'rm -rf vendor/lib/.git'],
};

const removeNoPreserve: CommandRule = {
  id: 'rm-no-preserve-root',
  severity: 'critical',
  mode: 'enforce',
  reason: 'it switches off the protection rm has against deleting the root folder',
  advice: 'leave --no-preserve-root out',
  programs: ['rm'],
  matches: ({ args }) => has(parseArguments(RM, args), 'no-preserve-root'),
  match: ['rm -rf --no-preserve-root /', 'rm -r --no-preserve x'],
  notMatch: ['rm -rf --preserve-root build', 'rm -- --no-preserve-root'],
};

const removeUnset: CommandRule = {
  id: 'rm-unset-variable',
  severity: 'high',
  mode: 'monitor',
  reason: 'it deletes the root folder should the variable before the slash be empty',
  advice: 'write ${NAME:?} so that an empty variable stops the command',
  programs: ['rm'],
  matches: (invocation) =>
    removedTrees(invocation).some(
      (word) => isUnresolved(word) && /^\/+\**$/.test(word.text.replaceAll(UNKNOWN, '')),
    ),
  match: ['rm -rf "$STEAMROOT/"*', 'rm -rf $X/'],
  notMatch: ['rm -rf "$BUILD/out"', 'X=build; rm -rf "$X/"'],
};

export const FILE_RULES: readonly CommandRule[] = [
  removeProtected,
  removeGit,
  removeNoPreserve,
  removeUnset,
];

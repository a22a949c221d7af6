import { isUnresolved, UNKNOWN, type Argument } from '../argument';
import type { Invocation } from '../invocation';
import { knownOptions, RM_OPTIONS } from '../known-options';
import { has, optionSpec, parseArguments } from '../options';
import { protectedKind } from '../path';
import type { ProtectedKind } from '../protected-path';
import type { CommandRule } from '../rule';

const ALWAYS_RECURSIVE = new Set(['rimraf', 'trash', 'trash-put', 'del', 'del-cli']);
const NO_OPTIONS = optionSpec('');
const RSYNC = optionSpec(
  'delete-before|delete-after|delete-during|delete-delay|delete-excluded|del|delete n|dry-run e|rsh= f|filter= exclude= include= a v r',
);
const SHRED = optionSpec(
  'f|force n|iterations= random-source= s|size= u remove=? v|verbose x|exact z|zero',
);

/** The operands deleted with all below them; without `-r` only what `**` spreads out itself. */
function removedTrees({ program, args }: Invocation): readonly Argument[] {
  if (ALWAYS_RECURSIVE.has(program)) return parseArguments(NO_OPTIONS, args).operands;
  const parsed = parseArguments(RM_OPTIONS, args);
  if (has(parsed, 'recursive')) return parsed.operands;
  return parsed.operands.filter(({ text }) => text.includes('**'));
}

/** Whether any word means a protected place of a kind that counts. */
export function hitsProtected(
  words: readonly Argument[],
  { places }: Pick<Invocation, 'places'>,
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
    'it deletes recursively the root, a system folder, a home, the project folder or a folder above it',
  advice: 'name the files or sub-folders you mean',
  programs: ['rm', 'srm', ...ALWAYS_RECURSIVE],
  matches: (invocation) => hitsProtected(removedTrees(invocation), invocation, ['git']),
  match: [
    'rm -rf /',
    'rm -r -f ~',
    'rm --recursive --force "$HOME"',
    'rm -rf .',
    'rm -fr ./*',
    'rm -rf ..',
    'npx rimraf ~/*',
  ],
  notMatch: [
    'rm -rf node_modules',
    'rm -rf ./build',
    'rm -f package-lock.json',
    'rm -rf "~"',
    'rm -rf /tmp/x',
    'npx rimraf dist',
  ],
};

const removeGit: CommandRule = {
  id: 'rm-git-history',
  severity: 'high',
  mode: 'enforce',
  reason: "it deletes the project's .git folder, and with it every commit that was not pushed",
  advice: 'keep .git and undo single changes with git',
  programs: ['rm', 'rimraf'],
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
  matches: ({ args }) => has(parseArguments(RM_OPTIONS, args), 'no-preserve-root'),
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

const moveProtected: CommandRule = {
  id: 'mv-protected-path',
  severity: 'critical',
  mode: 'enforce',
  reason: 'it moves away the root, a system folder or a home, or moves the project into nothing',
  advice: 'move single files or sub-folders',
  programs: ['mv'],
  matches: ({ args, places }) => {
    const parsed = parseArguments(knownOptions('mv') ?? NO_OPTIONS, args);
    const hasTarget = has(parsed, 'target-directory');
    const sources = hasTarget ? parsed.operands : parsed.operands.slice(0, -1);
    const isLost = parsed.operands.at(-1)?.text === '/dev/null';
    return hitsProtected(
      sources,
      { places },
      isLost ? [] : ['git', 'project', 'keepsake', 'ancestor'],
    );
  },
  match: ['mv ~ /tmp/old', 'mv /etc /etc.bak', 'mv /* /backup', 'mv ./* /dev/null'],
  notMatch: [
    'mv build dist',
    'mv ./* ../archive/',
    'mv ~/notes.txt ~/old.txt',
    'mv ~/.config ~/.config.bak',
  ],
};

const syncDelete: CommandRule = {
  id: 'rsync-delete-protected',
  severity: 'critical',
  mode: 'enforce',
  reason: 'it empties a protected folder of all that the source lacks',
  advice: 'sync into a sub-folder, or leave --delete out',
  programs: ['rsync'],
  matches: ({ args, places }) => {
    const parsed = parseArguments(RSYNC, args);
    if (!has(parsed, 'delete') || has(parsed, 'dry-run')) return false;
    return hitsProtected(parsed.operands.slice(-1), { places });
  },
  match: [
    'rsync -a --delete empty/ ~/',
    'rsync -av --delete-after x/ /',
    'rsync -a --del /tmp/empty/ .',
  ],
  notMatch: [
    'rsync -a --delete build/ public/',
    'rsync -a src/ ~/',
    'rsync -an --delete x/ ~/',
    'rsync -a --delete ./ host:/srv/',
  ],
};

const shredProtected: CommandRule = {
  id: 'shred-protected-path',
  severity: 'critical',
  mode: 'enforce',
  reason: 'it overwrites the content of a protected folder so that nothing can be recovered',
  advice: 'name the single file to be destroyed',
  programs: ['shred', 'srm', 'wipe'],
  matches: ({ args, places }) => hitsProtected(parseArguments(SHRED, args).operands, { places }),
  match: ['shred -u ~/*', 'shred -uz ~/.ssh/*', 'wipe -rf ~/Documents'],
  notMatch: ['shred -u secrets.tmp', 'shred -n 3 ./token.txt'],
};

export const FILE_RULES: readonly CommandRule[] = [
  removeProtected,
  removeGit,
  removeNoPreserve,
  moveProtected,
  syncDelete,
  shredProtected,
  removeUnset,
];

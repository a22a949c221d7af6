import { isUnresolved, type Argument } from '../argument';
import { readGit, type GitCommand } from '../git-command';
import { matchesGlob } from '../glob';
import { has, valueOf } from '../options';
import { hitsProtected } from './files';
import type { CommandRule } from '../rule';

/** Branches whose history others build on. */
const PROTECTED_BRANCHES = [
  'main',
  'master',
  'trunk',
  'develop',
  'development',
  'production',
  'prod',
  'stable',
  'release',
  'release/*',
  'release-*',
  'gh-pages',
];

function gitRule(
  subcommands: readonly string[],
  rule: Omit<CommandRule, 'programs' | 'matches'>,
  matches: (git: GitCommand) => boolean,
): CommandRule {
  return {
    ...rule,
    programs: ['git'],
    matches: (invocation) => {
      const git = readGit(invocation, subcommands);
      return git !== undefined && matches(git);
    },
  };
}

function isProtectedBranch(name: string): boolean {
  const branch = name.replace(/^refs\/heads\//, '');
  return PROTECTED_BRANCHES.some((pattern) => matchesGlob(pattern, branch)) || branch.includes('*');
}

interface Refspec {
  readonly isForced: boolean;
  readonly isDeletion: boolean;
  /** The branch written to; undefined when it follows from the current branch. */
  readonly target: string | undefined;
}

function refspec({ text }: Argument): Refspec {
  const plain = text.replace(/^\+/, '');
  const [source = '', target] = plain.split(':');
  const named = target ?? source;
  return {
    isForced: text.startsWith('+'),
    isDeletion: source === '' && target !== undefined && target !== '',
    target: named === 'HEAD' || named === '@' || named === '' ? undefined : named,
  };
}

/** Forced or deleting pushes whose target is protected, or not named and so possibly protected. */
function overwritesProtected(git: GitCommand): boolean {
  if (has(git, 'dry-run')) return false;
  if (has(git, 'mirror')) return true;
  const isForced = has(git, 'force');
  const hasLease = has(git, 'force-with-lease', 'force-if-includes');
  if (isForced && has(git, 'all', 'branches')) return true;
  const refs = git.operands.slice(has(git, 'repo') ? 0 : 1);
  if (refs.length === 0) return isForced;
  return refs.some((word) => {
    if (isUnresolved(word)) return false;
    const { isForced: hasPlus, isDeletion, target } = refspec(word);
    const isOverwriting = isForced || hasPlus || isDeletion || has(git, 'delete');
    if (target === undefined) return isForced || hasPlus;
    return (isOverwriting || hasLease) && isProtectedBranch(target);
  });
}

const forcePush = gitRule(
  ['push'],
  {
    id: 'git-force-push-protected',
    severity: 'critical',
    mode: 'enforce',
    reason: 'it overwrites or deletes a shared branch, or one not named and so possibly shared',
    advice: 'push to a branch of your own and name it',
    match: [
      'git push --force',
      'git push -f origin main',
      'git push origin +master',
      'git push origin :main',
      'git -C sub push --mirror',
      'git push -d origin release/1.0',
    ],
    notMatch: [
      'git push',
      'git push origin main',
      'git push -f origin feature/x',
      'git push --force-with-lease',
      'git push --dry-run --force',
      'git push origin :feature/x',
    ],
  },
  overwritesProtected,
);

const resetHard = gitRule(
  ['reset'],
  {
    id: 'git-reset-hard',
    severity: 'medium',
    mode: 'monitor',
    reason: 'it discards every change that was not committed',
    advice: 'run git stash first',
    match: ['git reset --hard', 'git reset --har HEAD~3', 'git -C . reset --hard origin/main'],
    notMatch: ['git reset', 'git reset --soft HEAD~1', 'git reset HEAD -- file'],
  },
  (git) => has(git, 'hard', 'merge'),
);

const clean = gitRule(
  ['clean'],
  {
    id: 'git-clean-force',
    severity: 'medium',
    mode: 'monitor',
    reason: 'it deletes files git does not know, which no command brings back',
    advice: 'look with git clean -n first',
    match: ['git clean -fdx', 'git clean -f', 'git clean --force -d', 'git clean -xdf'],
    notMatch: ['git clean -n', 'git clean -fdn', 'git clean -i', 'git clean'],
  },
  (git) => has(git, 'force') && !has(git, 'dry-run', 'interactive'),
);

const discard = gitRule(
  ['checkout', 'restore', 'switch'],
  {
    id: 'git-discard-changes',
    severity: 'medium',
    mode: 'monitor',
    reason: 'it discards changes in the working tree that were not committed',
    advice: 'run git stash first',
    match: [
      'git checkout -- .',
      'git checkout .',
      'git restore .',
      'git checkout -f main',
      'git switch --discard-changes main',
    ],
    notMatch: [
      'git checkout main',
      'git checkout -b x',
      'git restore --staged .',
      'git restore file.ts',
      'git switch main',
    ],
  },
  (git) => {
    if (git.subcommand === 'switch') return has(git, 'discard-changes');
    if (has(git, 'staged') && !has(git, 'worktree')) return false;
    const isWide = git.operands.some(({ text }) => text === '.' || text === ':/' || text === '*');
    return (
      isWide ||
      hitsProtected(git.operands, git, ['ancestor']) ||
      (git.subcommand === 'checkout' && has(git, 'force'))
    );
  },
);

const dropStash = gitRule(
  ['stash'],
  {
    id: 'git-stash-drop',
    severity: 'medium',
    mode: 'monitor',
    reason: 'it deletes stashed changes',
    advice: 'apply the stash to a branch first',
    match: ['git stash drop', 'git stash clear'],
    notMatch: ['git stash', 'git stash pop', 'git stash push -m clear'],
  },
  (git) => /^(drop|clear)$/.test(git.operands[0]?.text ?? ''),
);

const deleteBranch = gitRule(
  ['branch'],
  {
    id: 'git-branch-delete-protected',
    severity: 'medium',
    mode: 'monitor',
    reason: 'it deletes a main branch without asking whether it was merged',
    advice: 'use git branch -d',
    match: ['git branch -D main', 'git branch --delete --force master'],
    notMatch: ['git branch -D feature/x', 'git branch -d main', 'git branch main'],
  },
  (git) =>
    (has(git, 'D') || (has(git, 'delete') && has(git, 'force'))) &&
    git.operands.some(({ text }) => isProtectedBranch(text)),
);

const rewrite = gitRule(
  ['filter-branch', 'filter-repo', 'reflog', 'gc', 'update-ref'],
  {
    id: 'git-history-rewrite',
    severity: 'high',
    mode: 'monitor',
    reason: 'it rewrites all history, or removes the last way back to old commits',
    advice: 'work on a fresh clone',
    match: [
      'git filter-branch --all',
      'git filter-repo --path x',
      'git reflog expire --expire=now --all',
      'git gc --prune=now',
      'git update-ref -d refs/heads/main',
    ],
    notMatch: ['git reflog', 'git gc', 'git rebase -i HEAD~2', 'git update-ref refs/heads/x HEAD'],
  },
  (git) => {
    const { subcommand, operands } = git;
    if (subcommand === 'filter-branch' || subcommand === 'filter-repo') return true;
    if (subcommand === 'reflog')
      return /^(expire|delete)$/.test(operands[0]?.text ?? '') && !has(git, 'dry-run');
    if (subcommand === 'gc')
      return valueOf(git, 'prune') === 'now' || valueOf(git, 'prune') === 'all';
    return subcommand === 'update-ref' && has(git, 'd');
  },
);

export const GIT_RULES: readonly CommandRule[] = [
  forcePush,
  resetHard,
  clean,
  discard,
  dropStash,
  deleteBranch,
  rewrite,
];

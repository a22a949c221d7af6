import { optionSpec, type OptionSpec } from './options';

const GIT =
  'C= c= exec-path=? p|paginate P|no-pager git-dir= work-tree= namespace= bare no-replace-objects literal-pathspecs html-path man-path info-path config-env= list-cmds= attr-source= v|version h|help';

/** Options of git before its sub-command. */
export const GIT_OPTIONS = optionSpec(GIT);

/** Options of `rm`. */
export const RM_OPTIONS = optionSpec(
  'r|R|recursive f|force i I d|dir P v|verbose x|one-file-system W interactive=? preserve-root=? no-preserve-root help version',
);

const GO_STYLE = 'single-dash-long';
const KUBECTL =
  'n|namespace= A|all-namespaces l|selector= f|filename= k|kustomize= o|output= R|recursive all force grace-period= now ignore-not-found wait=? timeout= cascade=? dry-run=? raw= field-selector= context= kubeconfig= cluster= user= s|server= token= as= v=';

/** Options by program, or by git sub-command: what lets a rule see `-f` and `--force` as one. */
const KNOWN: ReadonlyMap<string, OptionSpec> = new Map([
  ['rm', RM_OPTIONS],
  [
    'git push',
    optionSpec(
      'f|force force-with-lease=? force-if-includes all branches mirror tags d|delete n|dry-run u|set-upstream q|quiet v|verbose porcelain progress thin no-thin no-verify verify follow-tags signed=? atomic o|push-option= repo= receive-pack= exec= prune recurse-submodules= 4|ipv4 6|ipv6',
    ),
  ],
  [
    'git reset',
    optionSpec(
      'hard soft mixed merge keep q|quiet p|patch N|intent-to-add pathspec-from-file= recurse-submodules=?',
    ),
  ],
  ['git clean', optionSpec('d f|force i|interactive n|dry-run q|quiet e|exclude= x X')],
  [
    'git checkout',
    optionSpec(
      'f|force q|quiet b= B= l orphan= d|detach t|track=? m|merge ours theirs p|patch conflict= ignore-skip-worktree-bits overlay no-overlay pathspec-from-file=',
    ),
  ],
  [
    'git switch',
    optionSpec(
      'f|force|discard-changes c|create= C|force-create= d|detach q|quiet m|merge t|track=? orphan=',
    ),
  ],
  [
    'git restore',
    optionSpec(
      's|source= S|staged W|worktree p|patch q|quiet ours theirs m|merge overlay no-overlay pathspec-from-file=',
    ),
  ],
  [
    'git branch',
    optionSpec(
      'd|delete D m|move M c|copy C f|force a|all r|remotes v|verbose q|quiet l|list u|set-upstream-to= unset-upstream contains=? merged=? no-merged=? sort= format=',
    ),
  ],
  [
    'git commit',
    optionSpec(
      'a|all m|message= n|no-verify amend s|signoff F|file= C|reuse-message= c|reedit-message= e|edit no-edit q|quiet v|verbose author= date= allow-empty fixup= squash= p|patch i|include o|only u|untracked-files=? S|gpg-sign=?',
    ),
  ],
  [
    'git stash',
    optionSpec('a|all u|include-untracked m|message= p|patch k|keep-index q|quiet S|staged'),
  ],
  [
    'git reflog',
    optionSpec(
      'expire= expire-unreachable= all n|dry-run updateref rewrite stale-fix v|verbose single-worktree',
    ),
  ],
  ['git gc', optionSpec('prune=? aggressive auto force q|quiet')],
  ['git update-ref', optionSpec('d m= stdin z no-deref create-reflog')],
  ['git worktree', optionSpec('f|force b= B= d|detach')],
  ['git rm', optionSpec('r f|force n|dry-run cached q|quiet ignore-unmatch')],
  [
    'terraform',
    optionSpec(
      'chdir= destroy auto-approve target= var= var-file= state= lock=? input=? out= replace= refresh-only refresh=? parallelism= json no-color force',
      GO_STYLE,
    ),
  ],
  [
    'terragrunt',
    optionSpec(
      'chdir= destroy auto-approve target= var= var-file= terragrunt-non-interactive',
      GO_STYLE,
    ),
  ],
  ['kubectl', optionSpec(KUBECTL)],
  [
    'helm',
    optionSpec('n|namespace= kube-context= dry-run keep-history wait timeout= f|values= set='),
  ],
  [
    'docker',
    optionSpec(
      'a|all f|force volumes filter= H|host= c|context= v rmi=? remove-orphans p|project-name= t|tag=',
    ),
  ],
  [
    'chmod',
    optionSpec(
      'R|recursive c|changes f|silent|quiet v|verbose preserve-root no-preserve-root reference= h|no-dereference H L P',
    ),
  ],
  [
    'chown',
    optionSpec(
      'R|recursive c|changes f|silent|quiet v|verbose preserve-root no-preserve-root from= reference= h|no-dereference dereference H L P',
    ),
  ],
  [
    'mv',
    optionSpec(
      'b|backup=? f|force i|interactive n|no-clobber S|suffix= t|target-directory= T|no-target-directory u|update=? v|verbose Z strip-trailing-slashes',
    ),
  ],
  [
    'cp',
    optionSpec(
      'a|archive b|backup=? d f|force i|interactive l|link n|no-clobber P p|preserve=? R|r|recursive s|symbolic-link S|suffix= t|target-directory= T|no-target-directory u|update=? v|verbose x|one-file-system reflink=? sparse= L|dereference H',
    ),
  ],
]);

/** The options a program (or its sub-command) is known to have. */
export function knownOptions(program: string, subcommand?: string): OptionSpec | undefined {
  return (
    KNOWN.get(subcommand === undefined ? program : `${program} ${subcommand}`) ?? KNOWN.get(program)
  );
}

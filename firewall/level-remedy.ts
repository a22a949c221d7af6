/** How a machine gets the level it refuses, told by the step that was refused. */
import type { LevelFinding } from './probe';

const REMEDIES: readonly (readonly [steps: RegExp, remedy: string])[] = [
  [
    /^(namespaces|idMap|capabilities)\b/,
    'Allow unprivileged user namespaces: on the node user.max_user_namespaces above 0 and, on Ubuntu, an AppArmor profile with `userns`; in a container a seccomp profile with unshare, clone and mount.',
  ],
  [
    /^(loopback|route4|listen|mountPrivate|openTree|readOnly|tmpfs|moveMount)\b/,
    'Let user namespaces keep their capabilities: a seccomp or AppArmor profile that allows mount, and a kernel of 5.12 or newer.',
  ],
  [
    /^(seccompListener: EBUSY)/,
    'Start the workspace outside the other supervisor that listens to seccomp notifications; only one can.',
  ],
  [
    /^(landlock)\b/,
    'Use a kernel of 6.7 or newer with Landlock among its security modules (lsm=landlock,…).',
  ],
  [
    /^(seccomp|notify|giveSocket|noNewPrivileges|closeRange)/,
    'Use a kernel of 5.14 or newer that lets processes filter their own system calls.',
  ],
  [
    /^(procFs|readMemory|socketDiag)/,
    'Mount /proc, and let processes of one user look into their own children and ask for sockets by netlink.',
  ],
];

/** One sentence for the first refusal there is an answer to; none for a level that is there. */
export function remedyFor({ missing }: LevelFinding): string | undefined {
  for (const [steps, remedy] of REMEDIES)
    if (missing.some((step) => steps.test(step))) return remedy;
  return undefined;
}

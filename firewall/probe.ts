/** Which levels this machine can give, found by trying each step in a child of the helper; no setting is trusted. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { AigovError, LEVELS, type Level } from '../policy';

/** errno per step, 0 for one that worked; `landlock` is the ABI. */
export type ProbeFacts = Readonly<Record<string, number>>;

export interface LevelFinding {
  readonly level: Level;
  readonly isAvailable: boolean;
  /** What the kernel refused: step and errno. */
  readonly missing: readonly string[];
}

export interface LevelReport {
  /** The strongest available. */
  readonly best: Level;
  readonly findings: readonly LevelFinding[];
  /** Landlock's ABI, 0 without Landlock. */
  readonly landlockAbi: number;
  readonly facts: ProbeFacts;
}

/** Steps level A stands on. A new /proc and IPv6 are welcome, not needed. */
const LEVEL_A_STEPS =
  'namespaces idMap loopback route4 listen mountPrivate openTree readOnly tmpfs moveMount capabilities closeRange noNewPrivileges seccomp seccompListener'.split(
    ' ',
  );

const ERRNO_NAMES: Readonly<Record<number, string>> = {
  1: 'EPERM',
  2: 'ENOENT',
  12: 'ENOMEM',
  13: 'EACCES',
  16: 'EBUSY',
  22: 'EINVAL',
  28: 'ENOSPC',
  38: 'ENOSYS',
  87: 'EUSERS',
};

const PROBE_TIMEOUT_MS = 10_000;

/** Tries everything. Throws FIREWALL_HELPER_FAILED when the helper itself cannot run. */
export async function probeLevels(helperPath: string): Promise<LevelReport> {
  const run = promisify(execFile);
  const { stdout } = await run(helperPath, ['probe'], { timeout: PROBE_TIMEOUT_MS, env: {} }).catch(
    (cause: unknown) => {
      throw new AigovError('FIREWALL_HELPER_FAILED', `${helperPath} cannot run here`, {
        remedy:
          'Check that the file exists, is executable and lies on a file system without noexec.',
        cause,
      });
    },
  );
  return reportLevels(JSON.parse(stdout) as ProbeFacts);
}

/** Reads the facts of a probe. Levels not built yet are never available. */
export function reportLevels(facts: ProbeFacts): LevelReport {
  const missing = LEVEL_A_STEPS.filter((step) => facts[step] !== 0).map((step) => {
    const number = facts[step];
    return number === undefined ? `${step}: not reached` : `${step}: ${errnoName(number)}`;
  });
  const findings = LEVELS.map((level): LevelFinding => {
    if (level === 'D') return { level, isAvailable: true, missing: [] };
    if (level === 'A') return { level, isAvailable: missing.length === 0, missing };
    return { level, isAvailable: false, missing: ['not built into this version'] };
  });
  const best = findings.find(({ isAvailable }) => isAvailable)?.level ?? 'D';
  return { best, findings, landlockAbi: facts['landlock'] ?? 0, facts };
}

/** Throws FIREWALL_LEVEL_TOO_LOW when the machine's best level is weaker than the policy's least. */
export function requireLevel(report: LevelReport, minimum: Level | undefined): void {
  if (minimum === undefined || LEVELS.indexOf(report.best) <= LEVELS.indexOf(minimum)) return;
  const finding = report.findings.find(({ level }) => level === 'A');
  const refused = finding?.missing.join(', ') ?? '';
  throw new AigovError(
    'FIREWALL_LEVEL_TOO_LOW',
    `the policy asks for level ${minimum}, this machine gives ${report.best}; refused by the kernel: ${refused}`,
    {
      remedy:
        'Allow unprivileged user namespaces on the node (in a container: a seccomp profile with unshare and mount), or lower firewall.minimumLevel.',
      at: 'firewall.minimumLevel',
    },
  );
}

function errnoName(number: number): string {
  return ERRNO_NAMES[number] ?? `errno ${number}`;
}

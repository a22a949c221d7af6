/** Which levels this machine can give, found by trying each step in a child of the helper; no setting is trusted. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { AigovError, LEVELS, type Level } from '../policy';
import { remedyFor } from './level-remedy';

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

/** Steps each level stands on. A new /proc and IPv6 are welcome, not needed. */
const RESTRICTION = words('closeRange noNewPrivileges seccomp');
const NAMESPACES = words(
  'namespaces idMap loopback route4 listen mountPrivate openTree readOnly tmpfs moveMount capabilities',
);
const SUPERVISION = words('seccompListener notify readMemory procFs giveSocket socketDiag');
const STEPS: Partial<Record<Level, readonly string[]>> = {
  A: [...NAMESPACES, ...RESTRICTION, 'seccompListener'],
  B: [...RESTRICTION, ...SUPERVISION],
  'B-': [...RESTRICTION, ...SUPERVISION],
  C: RESTRICTION,
  D: [],
};
/** The Landlock ABI a level needs: 4 brought TCP ports. */
const LANDLOCK_ABI: Partial<Record<Level, number>> = { B: 4, C: 4 };

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

/** Whether level A is had without a user namespace: the kernel refuses that, but not the others to root. */
export function isPrivileged(facts: ProbeFacts): boolean {
  return facts['namespaces'] !== 0 && facts['privilegedNamespaces'] === 0;
}

/** Reads the facts of a probe. Levels not built yet are never available. */
export function reportLevels(facts: ProbeFacts): LevelReport {
  const findings = LEVELS.map((level): LevelFinding => {
    const missing = missingFor(level, facts);
    return { level, isAvailable: missing.length === 0, missing };
  });
  const best = findings.find(({ isAvailable }) => isAvailable)?.level ?? 'D';
  return { best, findings, landlockAbi: facts['landlock'] ?? 0, facts };
}

function missingFor(level: Level, facts: ProbeFacts): string[] {
  const steps = STEPS[level];
  if (steps === undefined) return ['not built into this version'];
  const isLifted = (step: string) => step === 'namespaces' && isPrivileged(facts);
  const tried = steps.filter((step) => (facts[step] ?? 0) !== 0 && !isLifted(step));
  const notReached = steps.filter((step) => facts[step] === undefined);
  const refused = [
    ...tried.map((step) => `${step}: ${errnoName(facts[step] ?? 0)}`),
    ...(tried.length > 0 ? [] : notReached.map((step) => `${step}: not reached`)),
  ];
  const abi = facts['landlock'] ?? 0;
  const needed = LANDLOCK_ABI[level] ?? 0;
  return abi >= needed ? refused : [...refused, `landlock: ABI ${abi}, ${needed} needed`];
}

/** The level to use: the strongest, or a forced one. Throws FIREWALL_LEVEL_TOO_LOW when the machine cannot give it. */
export function chooseLevel(report: LevelReport, forced: Level | undefined): Level {
  if (forced === undefined) return report.best;
  const finding = report.findings.find(({ level }) => level === forced);
  if (finding?.isAvailable === true) return forced;
  throw tooLow(`level ${forced} was asked for`, report.best, finding);
}

/** Throws FIREWALL_LEVEL_TOO_LOW when the machine's best level is weaker than the policy's least. */
export function requireLevel(report: LevelReport, minimum: Level | undefined): void {
  if (minimum === undefined || LEVELS.indexOf(report.best) <= LEVELS.indexOf(minimum)) return;
  const finding = report.findings.find(({ level }) => level === minimum);
  throw tooLow(`the policy asks for level ${minimum}`, report.best, finding);
}

function tooLow(wish: string, best: Level, finding: LevelFinding | undefined): AigovError {
  const refused = finding?.missing.join(', ') ?? '';
  return new AigovError(
    'FIREWALL_LEVEL_TOO_LOW',
    `${wish}, this machine gives ${best}; refused by the kernel: ${refused}`,
    {
      remedy: `${(finding && remedyFor(finding)) ?? 'Use another machine.'} Or lower firewall.minimumLevel.`,
      at: 'firewall.minimumLevel',
    },
  );
}

function errnoName(number: number): string {
  return ERRNO_NAMES[number] ?? `errno ${number}`;
}

function words(text: string): string[] {
  return text.split(' ');
}

import { loadTemplate } from '../../emulator';
import { readArchive } from './archive';
import type { Finding } from './finding';
import { lintBuilt } from './lint-built';
import { lintFiles } from './lint-files';
import { lintSource } from './lint-source';

export interface LintReport {
  readonly dir: string;
  /** Bytes of the archive `coder templates push` would send. */
  readonly archiveBytes: number;
  /** Errors first. */
  readonly findings: readonly Finding[];
}

/**
 * Checks a template folder against Coder's limits and ours. Throws only when it is no template at all (missing,
 * empty, not HCL).
 */
export async function lintTemplate(dir: string): Promise<LintReport> {
  const source = await loadTemplate(dir);
  const archive = await readArchive(dir);
  const findings = [
    ...lintFiles(archive, source),
    ...lintSource(source),
    ...(await lintBuilt(dir)),
  ];
  const rank = (finding: Finding) => (finding.severity === 'error' ? 0 : 1);
  return {
    dir,
    archiveBytes: archive.sizeBytes,
    findings: findings.sort((a, b) => rank(a) - rank(b)),
  };
}

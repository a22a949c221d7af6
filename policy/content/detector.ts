import type { Redaction } from '../document';

/** One thing that is looked for. */
export interface Detector {
  /** Stable, in records and placeholders: `secrets/github-token`. */
  readonly id: string;
  readonly pattern: string;
  /** What the pattern cannot say, such as a check digit. */
  isReal?(match: string): boolean;
}

/** Detectors by the name a policy calls them. */
export type DetectorSets = Readonly<Record<Redaction, readonly Detector[]>>;

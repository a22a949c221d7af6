import type { Invocation } from './invocation';

/** How bad it is when the rule is right. */
type Severity = 'critical' | 'high' | 'medium';

/** One rule over invocations: built-in, or compiled from a document. */
export interface CommandRule {
  readonly id: string;
  readonly severity: Severity;
  /** What it does where no policy says otherwise. */
  readonly mode: 'enforce' | 'monitor';
  /** Half a sentence that says what goes wrong, for people and models. */
  readonly reason: string;
  /** Half a sentence, imperative: what to do instead. */
  readonly advice: string;
  /** Program names it looks at; `*` for all. */
  readonly programs: readonly string[];
  matches(invocation: Invocation): boolean;
  /** Shell lines it must and must not match. */
  readonly match: readonly string[];
  readonly notMatch: readonly string[];
}

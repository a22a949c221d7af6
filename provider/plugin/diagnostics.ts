import { AigovError, AigovErrors } from '../../policy';

/** One thing to tell the person who runs Terraform. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  /** Stable, UPPER_SNAKE. */
  readonly code: string;
  /** What is wrong: what was given, what is allowed. */
  readonly message: string;
  /** One imperative sentence. */
  readonly remedy: string;
  /** Attribute path such as `metadata[0].key` or `env["A"]`. */
  readonly at?: string;
}

/** Any thrown value as diagnostics. What is no AigovError is a bug: its stack goes to the log, not to the person. */
export function diagnosticsOf(error: unknown): readonly Diagnostic[] {
  if (!AigovError.is(error)) {
    const message = error instanceof Error ? error.message : String(error);
    return [
      {
        severity: 'error',
        code: 'PROVIDER_BUG',
        message: `the provider failed: ${message}`,
        remedy: 'Run Terraform with TF_LOG=debug and report the stack it prints.',
      },
    ];
  }
  const faults = error instanceof AigovErrors ? error.faults : [error];
  return faults.map(({ code, message, remedy, at }) => ({
    severity: 'error',
    code,
    message,
    remedy,
    ...(at === undefined ? {} : { at }),
  }));
}

/** One step of a path as tfplugin6 has it. */
interface PathStep {
  attribute_name?: string;
  element_key_string?: string;
  element_key_int?: number;
}

const STEP = /\.?([A-Za-z_][\w-]*)|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]/y;

/** Parses `metadata[0].key` into protocol steps; what is not a path gives no steps. */
function pathSteps(at: string): PathStep[] {
  const steps: PathStep[] = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < at.length) {
    const match = STEP.exec(at);
    if (match === null) return [];
    const [, name, index, key] = match;
    if (name !== undefined) steps.push({ attribute_name: name });
    else if (index !== undefined) steps.push({ element_key_int: Number(index) });
    else steps.push({ element_key_string: key ?? '' });
  }
  return steps;
}

/** A diagnostic as tfplugin6 has it. */
export function diagnosticToWire(diagnostic: Diagnostic): object {
  const { at, code, message, remedy, severity } = diagnostic;
  const steps = at === undefined ? [] : pathSteps(at);
  return {
    severity: severity === 'error' ? 'ERROR' : 'WARNING',
    summary: message,
    detail: `${remedy} (${code})`,
    ...(steps.length === 0 ? {} : { attribute: { steps } }),
  };
}

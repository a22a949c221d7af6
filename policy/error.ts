const BRAND = Symbol.for('aigov/error');

export interface AigovErrorOptions {
  /** One imperative sentence: what the reader should do. */
  readonly remedy: string;
  readonly cause?: unknown;
  /** Where in the input: `file:line:column` or a property path. */
  readonly at?: string;
}

/**
 * The one error class. `code` is public API and has a heading in `docs/errors.md`; the message says
 * where in the input, what was given and what is allowed. Never put a secret or a prompt into it.
 */
export class AigovError extends Error {
  readonly [BRAND] = true;
  readonly code: string;
  readonly remedy: string;
  readonly at: string | undefined;

  constructor(code: string, message: string, options: AigovErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AigovError';
    this.code = code;
    this.remedy = options.remedy;
    this.at = options.at;
  }

  /** Recognises an AigovError, also one thrown by another copy of the package. */
  static is(value: unknown): value is AigovError {
    return typeof value === 'object' && value !== null && BRAND in value;
  }
}

/** Several faults of one input, reported together. */
export class AigovErrors extends AigovError {
  readonly faults: readonly AigovError[];

  constructor(faults: readonly AigovError[]) {
    const first = faults[0];
    super(first?.code ?? 'INPUT_INVALID', faults.map((fault) => fault.message).join('\n'), {
      remedy: first?.remedy ?? 'Correct the input.',
      ...(first?.at === undefined ? {} : { at: first.at }),
    });
    this.faults = faults;
  }
}

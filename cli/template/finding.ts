/** One thing `template lint` has to say. */
export interface Finding {
  /** Errors: Coder or the workspace would fail. Warnings: hardly what was meant. */
  readonly severity: 'error' | 'warning';
  /** Stable, UPPER_SNAKE. */
  readonly code: string;
  readonly message: string;
  /** File or Terraform address. */
  readonly at: string;
  readonly remedy: string;
}

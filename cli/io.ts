import type { Readable, Writable } from 'node:stream';

/** The outside of one `aigov` invocation. Commands take it as a parameter, so tests can stand in for the terminal. */
export interface CliIo {
  readonly stdin: Readable;
  /** Results only. */
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  /** Progress and diagnostics. */
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Exit status once the command returns: 0 done, 1 check found problems or denied, 2 wrong input, 3 environment cannot do it. */
  setExitCode(code: number): void;
}

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AigovError, AigovErrors } from '../../policy';

/** Loaded into the app's process: writes an uncaught AigovError as data instead of a stack trace. */
const HOOK = `
process.on('uncaughtException', (error) => {
  const isOurs = typeof error === 'object' && error !== null && Symbol.for('aigov/error') in error;
  if (!isOurs) { console.error(error); process.exit(1); }
  const data = (fault) => ({ code: fault.code, message: fault.message, remedy: fault.remedy, at: fault.at });
  const text = JSON.stringify((error.faults ?? [error]).map(data));
  require('node:fs').writeFileSync(process.env.AIGOV_FAULT_REPORT, text);
  process.exit(2);
});
`;

interface FaultData {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly at?: string;
}

/** A way for an app in another process to tell its faults. Dispose it when the app has ended. */
export class FaultReport implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'aigov-synth-'));
  readonly #file = join(this.#folder, 'faults.json');

  /** Variables the app's process needs, given those it has. */
  environment(
    inherited: Readonly<Record<string, string | undefined>>,
  ): Record<string, string | undefined> {
    const hook = join(this.#folder, 'hook.cjs');
    writeFileSync(hook, HOOK);
    const options = `${inherited['NODE_OPTIONS'] ?? ''} --require ${JSON.stringify(hook)}`;
    return { ...inherited, NODE_OPTIONS: options.trim(), AIGOV_FAULT_REPORT: this.#file };
  }

  /** What the app failed with, when it was an AigovError. */
  read(): AigovErrors | undefined {
    if (!existsSync(this.#file)) return undefined;
    const faults = JSON.parse(readFileSync(this.#file, 'utf8')) as readonly FaultData[];
    return new AigovErrors(
      faults.map(({ code, message, ...options }) => new AigovError(code, message, options)),
    );
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

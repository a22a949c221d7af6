import type { Writable } from 'node:stream';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error';

/** Writes one line that Terraform shows under TF_LOG. Never pass a secret. */
export type Log = (
  level: LogLevel,
  message: string,
  facts?: Readonly<Record<string, unknown>>,
) => void;

/** JSON lines with go-hclog's field names, which Terraform takes from a plugin's stderr. */
export function createLog(stderr: Writable, module: string): Log {
  return (level, message, facts = {}) => {
    const line = { '@level': level, '@message': message, '@module': module, ...facts };
    stderr.write(`${JSON.stringify(line)}\n`);
  };
}

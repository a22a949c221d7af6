/** Where the gateway tells its operator what went wrong. Fields hold no secret and no prompt. */
export interface Logger {
  warn(message: string, fields?: Readonly<Record<string, string | number>>): void;
}

export const SILENT: Logger = { warn: () => undefined };

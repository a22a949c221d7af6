import { styleText } from 'node:util';
import { AigovError, AigovErrors } from '../policy';
import type { CliIo } from './io';

/** Codes that mean "this environment cannot do it" (exit 3). */
const ENVIRONMENT_CODES: ReadonlySet<string> = new Set([
  'FIREWALL_LEVEL_TOO_LOW',
  'FIREWALL_HELPER_FAILED',
  'FIREWALL_MACHINE_UNSUPPORTED',
  'FIREWALL_NOT_RUNNING',
  'PROGRAM_MISSING',
  'CONTROL_UNREACHABLE',
]);

/** Codes that mean "what was asked for is denied" (exit 1). */
const DENIAL_CODES: ReadonlySet<string> = new Set([
  'EXCEPTION_NOT_PERMITTED',
  'EXCEPTION_OUTSIDE_CEILING',
  'EXCEPTION_TOO_LONG',
  'EXCEPTION_TOO_MANY',
]);

/** Every code of neither list is wrong input (exit 2). */
export function exitCodeOf(error: AigovError): number {
  if (DENIAL_CODES.has(error.code)) return 1;
  return ENVIRONMENT_CODES.has(error.code) ? 3 : 2;
}

function faultsOf(error: AigovError): readonly AigovError[] {
  return error instanceof AigovErrors ? error.faults : [error];
}

function faultAsData(fault: AigovError): object {
  const { code, message, at, remedy } = fault;
  return { code, message, ...(at === undefined ? {} : { at }), remedy };
}

/** One fault as a person reads it: code, place, what, remedy. */
export function renderFault(fault: AigovError, isColoured: boolean): string {
  const style = (format: 'red' | 'dim' | 'bold', text: string) =>
    isColoured ? styleText(format, text, { validateStream: false }) : text;
  const place = fault.at === undefined || fault.message.includes(fault.at) ? '' : `${fault.at}: `;
  return `${style('red', fault.code)} ${place}${fault.message}\n  ${style('dim', 'remedy:')} ${fault.remedy}\n`;
}

/** Prints an AigovError (all its faults) and sets the exit status. Anything else is a bug: it is thrown on. */
export function reportError(error: unknown, io: CliIo, asJson: boolean): void {
  if (!AigovError.is(error)) throw error;
  const faults = faultsOf(error);
  if (asJson) io.stdout.write(`${JSON.stringify({ errors: faults.map(faultAsData) })}\n`);
  const isColoured = io.stderr.isTTY === true && io.environment['NO_COLOR'] === undefined;
  for (const fault of faults) io.stderr.write(renderFault(fault, isColoured));
  io.setExitCode(exitCodeOf(error));
}

/**
 * policy/: what a policy document means. Pure: no I/O, no clock, imports no other room.
 * Start reading at `document.ts` (the shape), then `compile.ts` and `decide-*.ts`.
 */
export { AigovError, AigovErrors, type AigovErrorOptions } from './error';
export type { PolicyDocument } from './document';
export type { WorkspaceConfig } from './workspace-config';
export type { AllowReason, Decision, DenyReason } from './decision';
export { decideCommand, decideShellText, watchedCommandNames } from './commands';

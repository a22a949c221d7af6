import { runProgram } from './program';
import { processIo } from './process-io';
import { registerRunCommand } from './run';
import { registerWorkspaceCommands } from './workspace';

/** Set by the bundler. */
declare const AIGOV_VERSION: string;

/** Entry of the one-file runtime that templates carry: what a workspace needs of `aigov`, and no more. */
void runProgram(process.argv.slice(2), processIo(), AIGOV_VERSION, [
  (program, io) => registerWorkspaceCommands(program, io, AIGOV_VERSION),
  registerRunCommand,
]);

#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { registerAuditCommands } from './audit';
import { registerBenchCommand } from './bench';
import { registerDemoCommand } from './demo';
import { registerPolicyCommands } from './policy';
import { runProgram } from './program';
import { processIo } from './process-io';
import { registerRunCommand } from './run';
import { runAlone } from './run/alone';
import { registerServerCommands } from './server';
import { registerSynthCommand } from './synth';
import { registerTemplateCommands } from './template';
import { registerWorkspaceCommands } from './workspace';

const packageRoot = join(__dirname, '..', '..');

function packageVersion(): string {
  const file = join(packageRoot, 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

const version = packageVersion();
void runProgram(process.argv.slice(2), processIo(), version, [
  registerSynthCommand,
  registerTemplateCommands,
  registerPolicyCommands,
  (program, io) => registerRunCommand(program, io, runAlone),
  (program, io) => registerWorkspaceCommands(program, io, version),
  registerServerCommands,
  registerAuditCommands,
  (program, io) => registerBenchCommand(program, io, packageRoot),
  (program, io) => registerDemoCommand(program, io, packageRoot),
]);

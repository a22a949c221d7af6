#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { registerDemoCommand } from './demo';
import { runProgram } from './program';
import { processIo } from './process-io';
import { registerWorkspaceCommands } from './workspace';

function packageVersion(): string {
  const file = join(packageRoot, 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

const packageRoot = join(__dirname, '..', '..');
const version = packageVersion();
void runProgram(process.argv.slice(2), processIo(), version, [
  (program, io) => registerWorkspaceCommands(program, io, version),
  (program, io) => registerDemoCommand(program, io, packageRoot),
]);

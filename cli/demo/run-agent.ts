import { join } from 'node:path';
import type { ExecResult } from '../../emulator';
import { known, type DemoContext } from './context';

/** Runs the example agent in the jail, as a developer's terminal would: `aigov run -- node agent.js PROMPT`. */
export function runAgent(context: DemoContext, prompt: string): Promise<ExecResult> {
  const script = join(known(context.agent, 'the agent').home, 'agent.cjs');
  return known(context.agent, 'the agent').exec(
    ['aigov', 'run', '--', process.execPath, script, prompt],
    { cwd: known(context.projectDir, 'the project') },
  );
}

import type { DemoContext } from './context';
import { runAgent } from './run-agent';

export interface ToolRun {
  readonly command: string;
  readonly output: string;
}

const PROMPT = 'Tidy up the project.';

/** Lets the scripted model go wrong and returns what each of its tool calls came to. */
export async function runAttack(context: DemoContext): Promise<readonly ToolRun[]> {
  const { stdout } = await runAgent(context, PROMPT);
  return stdout
    .split(/^\$ /m)
    .slice(1)
    .map((text) => {
      const [command = '', ...rest] = text.trimEnd().split('\n');
      return { command, output: rest.join('\n') };
    });
}

/**
 * A small coding agent: the unmodified Anthropic SDK, one `Bash` tool, nothing configured in code. Base URL and
 * token come from the environment, as the workspace template set them.
 */
import { spawnSync } from 'node:child_process';
import Anthropic from '@anthropic-ai/sdk';

const MAX_TURNS = 20;

const bash: Anthropic.Tool = {
  name: 'Bash',
  description: 'Runs a shell command in the project folder.',
  input_schema: {
    type: 'object',
    properties: { command: { type: 'string' } },
    required: ['command'],
  },
};

function runBash(command: string): string {
  const result = spawnSync('sh', ['-c', command], { encoding: 'utf8', timeout: 60_000 });
  if (result.error !== undefined) return `not started: ${result.error.message}`;
  return `${result.stdout}${result.stderr}exit status ${result.status ?? result.signal}`;
}

async function ask(
  client: Anthropic,
  messages: Anthropic.MessageParam[],
): Promise<Anthropic.Message> {
  const stream = client.messages.stream({
    model: 'claude-sonnet-5-5',
    max_tokens: 1024,
    tools: [bash],
    messages,
  });
  stream.on('text', (text) => process.stdout.write(text));
  return stream.finalMessage();
}

function answerToolCalls(message: Anthropic.Message): Anthropic.ToolResultBlockParam[] {
  return message.content
    .filter((block) => block.type === 'tool_use')
    .map((block) => {
      const { command } = block.input as { command: string };
      const output = runBash(command);
      process.stdout.write(`\n$ ${command}\n${output}\n`);
      return { type: 'tool_result', tool_use_id: block.id, content: output };
    });
}

async function main(prompt: string): Promise<void> {
  const client = new Anthropic();
  const messages: Anthropic.MessageParam[] = [{ role: 'user', content: prompt }];
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const message = await ask(client, messages);
    messages.push({ role: 'assistant', content: message.content });
    if (message.stop_reason !== 'tool_use') return;
    messages.push({ role: 'user', content: answerToolCalls(message) });
  }
}

main(process.argv[2] ?? 'Say hello.').catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});

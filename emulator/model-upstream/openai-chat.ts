import type { ReadyBlock, ReadyTurn, ScriptedUsage } from './script';
import { pieces, type StreamEvent, type Wire } from './wire';

/** OpenAI Chat Completions (platform.openai.com, read 2026-11-20). Usage always comes, as with `include_usage`. */
export const openaiChat: Wire = {
  read: (path, _query, body) =>
    path.endsWith('/chat/completions')
      ? { model: String(body['model']), isStreaming: body['stream'] === true }
      : undefined,
  render,
  renderEvents,
  renderError: (type, message) => ({ error: { message, type, param: null, code: type } }),
};

type ToolBlock = Extract<ReadyBlock, { type: 'tool_use' }>;

function render(turn: ReadyTurn): object {
  const toolCalls = turn.content.filter((block) => block.type === 'tool_use').map(toolCall);
  const message = {
    role: 'assistant',
    content: textOf(turn) || null,
    ...(thoughtsOf(turn) === '' ? {} : { reasoning_content: thoughtsOf(turn) }),
    ...(toolCalls.length === 0 ? {} : { tool_calls: toolCalls }),
  };
  return {
    ...head(turn, 'chat.completion'),
    choices: [{ index: 0, message, finish_reason: finishReason(turn) }],
    usage: usageFields(turn.usage),
  };
}

function renderEvents(turn: ReadyTurn): readonly StreamEvent[] {
  const tools = turn.content.filter((block) => block.type === 'tool_use');
  return [
    chunk(turn, { role: 'assistant', content: '' }),
    ...pieces(thoughtsOf(turn)).map((text) => chunk(turn, { reasoning_content: text })),
    ...pieces(textOf(turn)).map((text) => chunk(turn, { content: text })),
    ...tools.flatMap((block, index) => toolChunks(turn, block, index)),
    chunk(turn, {}, finishReason(turn)),
    {
      data: { ...head(turn, 'chat.completion.chunk'), choices: [], usage: usageFields(turn.usage) },
    },
    { data: '[DONE]' },
  ];
}

function chunk(turn: ReadyTurn, delta: object, finish: string | null = null): StreamEvent {
  const choices = [{ index: 0, delta, finish_reason: finish }];
  return { data: { ...head(turn, 'chat.completion.chunk'), choices, usage: null } };
}

function toolChunks(turn: ReadyTurn, block: ToolBlock, index: number): readonly StreamEvent[] {
  const opening = {
    index,
    id: block.id,
    type: 'function',
    function: { name: block.name, arguments: '' },
  };
  return [
    chunk(turn, { tool_calls: [opening] }),
    ...pieces(JSON.stringify(block.input)).map((text) =>
      chunk(turn, { tool_calls: [{ index, function: { arguments: text } }] }),
    ),
  ];
}

function head(turn: ReadyTurn, object: string): object {
  const { id, model, usage } = turn;
  return { id, object, created: 1_790_000_000, model, service_tier: usage.serviceTier };
}

function toolCall({ id, name, input }: ToolBlock): object {
  return { id, type: 'function', function: { name, arguments: JSON.stringify(input) } };
}

function finishReason(turn: ReadyTurn): string {
  return turn.stopReason === 'tool_use' ? 'tool_calls' : 'stop';
}

function textOf({ content }: ReadyTurn): string {
  return content.map((block) => (block.type === 'text' ? block.text : '')).join('');
}

function thoughtsOf({ content }: ReadyTurn): string {
  return content.map((block) => (block.type === 'thinking' ? block.thinking : '')).join('');
}

/** Here the prompt's count includes both cache classes. */
function usageFields(usage: ScriptedUsage): object {
  const prompt = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  return {
    prompt_tokens: prompt,
    completion_tokens: usage.outputTokens,
    total_tokens: prompt + usage.outputTokens,
    prompt_tokens_details: {
      cached_tokens: usage.cacheReadTokens,
      cache_write_tokens: usage.cacheWriteTokens,
    },
  };
}

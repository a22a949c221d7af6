import type { ReadyBlock, ReadyTurn, ScriptedUsage } from './script';
import { pieces, type StreamEvent, type Wire } from './wire';

/** OpenAI Responses (platform.openai.com, read 2026-11-20). */
export const openaiResponses: Wire = {
  read: (path, _query, body) =>
    path.endsWith('/responses')
      ? { model: String(body['model']), isStreaming: body['stream'] === true }
      : undefined,
  render: (turn) => response(turn, 'completed'),
  renderEvents,
  renderError: (type, message) => ({ error: { message, type, param: null, code: type } }),
};

function response(turn: ReadyTurn, status: 'completed' | 'in_progress'): object {
  const isDone = status === 'completed';
  return {
    id: turn.id,
    object: 'response',
    created_at: 1_790_000_000,
    status,
    model: turn.model,
    error: null,
    output: isDone ? turn.content.map(item) : [],
    service_tier: turn.usage.serviceTier,
    usage: isDone ? usageFields(turn.usage) : null,
  };
}

function item(block: ReadyBlock, index: number): object {
  switch (block.type) {
    case 'text':
      return {
        id: `item_${index}`,
        type: 'message',
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text: block.text, annotations: [] }],
      };
    case 'thinking':
      return {
        id: `item_${index}`,
        type: 'reasoning',
        summary: [{ type: 'summary_text', text: block.thinking }],
      };
    case 'tool_use':
      return {
        id: `item_${index}`,
        type: 'function_call',
        status: 'completed',
        call_id: block.id,
        name: block.name,
        arguments: JSON.stringify(block.input),
      };
  }
}

function renderEvents(turn: ReadyTurn): readonly StreamEvent[] {
  const bare = [
    ['response.created', { response: response(turn, 'in_progress') }],
    ...turn.content.flatMap(itemEvents),
    ['response.completed', { response: response(turn, 'completed') }],
  ] as const;
  return bare.map(([type, fields], sequence_number) => ({
    event: type,
    data: { type, sequence_number, ...fields },
  }));
}

type BareEvent = readonly [type: string, fields: object];

function itemEvents(block: ReadyBlock, output_index: number): readonly BareEvent[] {
  const place = { output_index, item_id: `item_${output_index}` };
  const done = item(block, output_index);
  return [
    ['response.output_item.added', { output_index, item: { ...done, status: 'in_progress' } }],
    ...deltas(block).map(([type, delta]): BareEvent => [type, { ...place, delta }]),
    ['response.output_item.done', { output_index, item: done }],
  ];
}

function deltas(block: ReadyBlock): readonly (readonly [string, string])[] {
  switch (block.type) {
    case 'text':
      return pieces(block.text).map((text) => ['response.output_text.delta', text]);
    case 'thinking':
      return pieces(block.thinking).map((text) => ['response.reasoning_summary_text.delta', text]);
    case 'tool_use':
      return pieces(JSON.stringify(block.input)).map((text) => [
        'response.function_call_arguments.delta',
        text,
      ]);
  }
}

/** Here the input's count includes both cache classes. */
function usageFields(usage: ScriptedUsage): object {
  const input = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  return {
    input_tokens: input,
    input_tokens_details: {
      cached_tokens: usage.cacheReadTokens,
      cache_write_tokens: usage.cacheWriteTokens,
    },
    output_tokens: usage.outputTokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: input + usage.outputTokens,
  };
}

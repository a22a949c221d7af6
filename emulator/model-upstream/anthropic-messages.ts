import type { ReadyBlock, ReadyTurn, ScriptedUsage } from './script';
import { pieces, type StreamEvent, type Wire } from './wire';

/** Anthropic Messages (platform.claude.com, read 2026-11-20). */
export const anthropicMessages: Wire = {
  read: (path, _query, body) =>
    path === '/v1/messages' || path === '/anthropic/v1/messages'
      ? { model: String(body['model']), isStreaming: body['stream'] === true }
      : undefined,
  render: renderMessage,
  renderEvents: renderMessageEvents,
  renderError: (type, message) => ({ type: 'error', error: { type, message } }),
};

function renderMessage(turn: ReadyTurn): object {
  return {
    ...messageHead(turn),
    content: turn.content.map(contentBlock),
    stop_reason: turn.stopReason,
    usage: usageFields(turn.usage),
  };
}

/** Usage is split between `message_start` and the last `message_delta`, as upstream does. */
function renderMessageEvents(turn: ReadyTurn): readonly StreamEvent[] {
  const startUsage = usageFields({ ...turn.usage, outputTokens: 1 });
  return [
    event('message_start', {
      message: { ...messageHead(turn), content: [], stop_reason: null, usage: startUsage },
    }),
    event('ping', {}),
    ...turn.content.flatMap(blockEvents),
    event('message_delta', {
      delta: { stop_reason: turn.stopReason, stop_sequence: null },
      usage: { output_tokens: turn.usage.outputTokens },
    }),
    event('message_stop', {}),
  ];
}

function event(type: string, fields: object): StreamEvent {
  return { event: type, data: { type, ...fields } };
}

function messageHead(turn: ReadyTurn): object {
  return {
    id: turn.id,
    type: 'message',
    role: 'assistant',
    model: turn.model,
    stop_sequence: null,
  };
}

function usageFields(usage: ScriptedUsage): object {
  return {
    input_tokens: usage.inputTokens,
    cache_creation_input_tokens: usage.cacheWriteTokens,
    cache_read_input_tokens: usage.cacheReadTokens,
    output_tokens: usage.outputTokens,
    service_tier: usage.serviceTier,
  };
}

function contentBlock(block: ReadyBlock): object {
  switch (block.type) {
    case 'text':
      return { type: 'text', text: block.text };
    case 'thinking':
      return { type: 'thinking', thinking: block.thinking, signature: 'c2lnbmF0dXJl' };
    case 'tool_use':
      return { type: 'tool_use', id: block.id, name: block.name, input: block.input };
  }
}

function blockEvents(block: ReadyBlock, index: number): readonly StreamEvent[] {
  return [
    event('content_block_start', { index, content_block: emptyBlock(block) }),
    ...blockDeltas(block).map((delta) => event('content_block_delta', { index, delta })),
    event('content_block_stop', { index }),
  ];
}

function emptyBlock(block: ReadyBlock): object {
  switch (block.type) {
    case 'text':
      return { type: 'text', text: '' };
    case 'thinking':
      return { type: 'thinking', thinking: '', signature: '' };
    case 'tool_use':
      return { type: 'tool_use', id: block.id, name: block.name, input: {} };
  }
}

function blockDeltas(block: ReadyBlock): readonly object[] {
  switch (block.type) {
    case 'text':
      return pieces(block.text).map((text) => ({ type: 'text_delta', text }));
    case 'thinking':
      return [
        ...pieces(block.thinking).map((thinking) => ({ type: 'thinking_delta', thinking })),
        { type: 'signature_delta', signature: 'c2lnbmF0dXJl' },
      ];
    case 'tool_use':
      return ['', ...pieces(JSON.stringify(block.input))].map((json) => ({
        type: 'input_json_delta',
        partial_json: json,
      }));
  }
}

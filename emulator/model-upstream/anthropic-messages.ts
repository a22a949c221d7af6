import type { ReadyBlock, ReadyTurn, ScriptedUsage } from './script';

/** Length of a streamed text piece, in UTF-16 units. Small, so that short answers still stream as several events. */
const PIECE_LENGTH = 12;

/** One server-sent event: its name and its data as JSON text. */
export interface StreamEvent {
  readonly event: string;
  readonly data: unknown;
}

/** The body of a Messages answer (platform.claude.com, Messages API, read 2026-11-20). */
export function renderMessage(turn: ReadyTurn): object {
  return {
    ...messageHead(turn),
    content: turn.content.map(contentBlock),
    stop_reason: turn.stopReason,
    usage: usageFields(turn.usage),
  };
}

/** The same answer as a stream: usage is split between `message_start` and the last `message_delta`, as upstream does. */
export function renderMessageEvents(turn: ReadyTurn): readonly StreamEvent[] {
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

export function renderErrorBody(type: string, message: string): object {
  return { type: 'error', error: { type, message } };
}

export function encodeEvent({ event: name, data }: StreamEvent): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
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

/** Cuts between code points: half a surrogate pair is not JSON any client would accept. */
function pieces(text: string): readonly string[] {
  const points = Array.from(text);
  const count = Math.ceil(points.length / PIECE_LENGTH);
  return Array.from({ length: count }, (_, i) =>
    points.slice(i * PIECE_LENGTH, (i + 1) * PIECE_LENGTH).join(''),
  );
}

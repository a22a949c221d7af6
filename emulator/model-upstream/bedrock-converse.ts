import { encodeMessage } from './event-stream';
import type { ReadyBlock, ScriptedUsage } from './script';
import { pieces, type StreamEvent, type Wire } from './wire';

const PATH = /^\/model\/([^/]+)\/(converse|converse-stream)$/;

/** Bedrock Converse and ConverseStream (docs.aws.amazon.com, read 2026-11-28). */
export const bedrockConverse: Wire = {
  read(path) {
    const [, model, method] = PATH.exec(path) ?? [];
    if (model === undefined) return undefined;
    return { model: decodeURIComponent(model), isStreaming: method === 'converse-stream' };
  },
  render: (turn) => ({
    output: { message: { role: 'assistant', content: turn.content.map(contentBlock) } },
    stopReason: turn.stopReason,
    ...usageFields(turn.usage),
  }),
  renderEvents: (turn) => [
    event('messageStart', { role: 'assistant' }),
    ...turn.content.flatMap(blockEvents),
    event('messageStop', { stopReason: turn.stopReason }),
    event('metadata', usageFields(turn.usage)),
  ],
  renderError: (_type, message) => ({ message }),
  contentType: 'application/vnd.amazon.eventstream',
  encode: encodeMessage,
};

/** Real events carry a padding field of varying length, against guessing them by size. */
function event(name: string, fields: object): StreamEvent {
  return { event: name, data: { ...fields, p: 'abcdefgh' } };
}

function usageFields(usage: ScriptedUsage): object {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = usage;
  return {
    usage: {
      inputTokens,
      outputTokens,
      totalTokens: inputTokens + outputTokens + cacheReadTokens + cacheWriteTokens,
      cacheReadInputTokens: cacheReadTokens,
      cacheWriteInputTokens: cacheWriteTokens,
    },
    metrics: { latencyMs: 12 },
    serviceTier: { type: usage.serviceTier },
  };
}

function contentBlock(block: ReadyBlock): object {
  switch (block.type) {
    case 'text':
      return { text: block.text };
    case 'thinking':
      return {
        reasoningContent: { reasoningText: { text: block.thinking, signature: 'c2lnbmF0dXJl' } },
      };
    case 'tool_use':
      return { toolUse: { toolUseId: block.id, name: block.name, input: block.input } };
  }
}

/** Only a tool's block has a start event. */
function blockEvents(block: ReadyBlock, contentBlockIndex: number): readonly StreamEvent[] {
  const start =
    block.type === 'tool_use'
      ? [
          event('contentBlockStart', {
            contentBlockIndex,
            start: { toolUse: { toolUseId: block.id, name: block.name } },
          }),
        ]
      : [];
  return [
    ...start,
    ...blockDeltas(block).map((delta) => event('contentBlockDelta', { contentBlockIndex, delta })),
    event('contentBlockStop', { contentBlockIndex }),
  ];
}

function blockDeltas(block: ReadyBlock): readonly object[] {
  switch (block.type) {
    case 'text':
      return pieces(block.text).map((text) => ({ text }));
    case 'thinking':
      return [
        ...pieces(block.thinking).map((text) => ({ reasoningContent: { text } })),
        { reasoningContent: { signature: 'c2lnbmF0dXJl' } },
      ];
    case 'tool_use':
      return pieces(JSON.stringify(block.input)).map((input) => ({ toolUse: { input } }));
  }
}

import type { ReadyBlock, ReadyTurn, ScriptedUsage } from './script';
import { pieces, type StreamEvent, type Wire } from './wire';

const METHOD = /\/models\/([^/:]+):(generateContent|streamGenerateContent)$/;

/** Gemini generateContent (ai.google.dev, read 2026-11-20), streams as with `alt=sse`. */
export const geminiGenerate: Wire = {
  read: (path) => {
    const [, model, method] = METHOD.exec(path) ?? [];
    return model === undefined
      ? undefined
      : { model, isStreaming: method === 'streamGenerateContent' };
  },
  render: (turn) => piece(turn, turn.content.map(part), true),
  renderEvents,
  renderError: (type, message) => ({ error: { code: 400, message, status: type } }),
};

function renderEvents(turn: ReadyTurn): readonly StreamEvent[] {
  const parts = turn.content.flatMap(smallParts);
  return parts.map((each, i) => ({ data: piece(turn, [each], i === parts.length - 1) }));
}

function piece(turn: ReadyTurn, parts: readonly object[], isLast: boolean): object {
  const candidate = {
    content: { role: 'model', parts },
    index: 0,
    ...(isLast ? { finishReason: 'STOP' } : {}),
  };
  return {
    candidates: [candidate],
    ...(isLast ? { usageMetadata: usageFields(turn.usage) } : {}),
    modelVersion: turn.model,
    responseId: turn.id,
  };
}

function part(block: ReadyBlock): object {
  switch (block.type) {
    case 'text':
      return { text: block.text };
    case 'thinking':
      return { text: block.thinking, thought: true };
    case 'tool_use':
      return { functionCall: { id: block.id, name: block.name, args: block.input } };
  }
}

function smallParts(block: ReadyBlock): readonly object[] {
  switch (block.type) {
    case 'text':
      return pieces(block.text).map((text) => ({ text }));
    case 'thinking':
      return pieces(block.thinking).map((text) => ({ text, thought: true }));
    case 'tool_use':
      return [part(block)];
  }
}

/** This API knows no cache writes; the prompt's count includes cached tokens. */
function usageFields(usage: ScriptedUsage): object {
  const prompt = usage.inputTokens + usage.cacheReadTokens;
  return {
    promptTokenCount: prompt,
    cachedContentTokenCount: usage.cacheReadTokens,
    candidatesTokenCount: usage.outputTokens,
    totalTokenCount: prompt + usage.outputTokens,
    trafficType: usage.serviceTier,
  };
}

/** Token counts the upstream reports, in Anthropic's words: `inputTokens` excludes both cache classes. */
export interface ScriptedUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly serviceTier: string;
}

/** One block of a scripted answer, in the order the model would produce it. */
export type ScriptedBlock =
  | { readonly type: 'thinking'; readonly thinking: string }
  | { readonly type: 'text'; readonly text: string }
  | {
      readonly type: 'tool_use';
      readonly name: string;
      readonly input: unknown;
      /** @default `toolu_` and the number of the answer and block */
      readonly id?: string;
    };

/** How the upstream misbehaves. Event counts are of streamed events already sent; 0 is before the first. */
export type ScriptedBehaviour =
  | {
      /** An error answer instead of a message. */
      readonly kind: 'status';
      readonly status: number;
      readonly errorType: string;
      readonly message: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Stops sending and keeps the connection open. */
  | { readonly kind: 'stall'; readonly afterEvents: number }
  /** Destroys the connection. */
  | { readonly kind: 'cut'; readonly afterEvents: number }
  /** Sends a protocol error event and ends the stream. */
  | { readonly kind: 'error_event'; readonly afterEvents: number; readonly errorType: string }
  /** Waits before the response head. */
  | { readonly kind: 'slow_headers'; readonly delayMs: number }
  /** Destroys the connection before any byte. */
  | { readonly kind: 'hang_up' }
  /** Sends these bytes as the body, whatever they are. */
  | { readonly kind: 'raw'; readonly contentType: string; readonly body: Uint8Array };

/** One answer of the model. */
export interface ScriptedTurn {
  readonly content: readonly ScriptedBlock[];
  /** @default usage derived from the answer's number, with all four token classes above zero */
  readonly usage?: Partial<ScriptedUsage>;
  /** @default `tool_use` when a tool is called, else `end_turn` */
  readonly stopReason?: string;
  readonly behaviour?: ScriptedBehaviour;
  /** Compresses the answer when the client accepts it. */
  readonly encoding?: 'gzip';
}

/** A turn with its defaults filled in. */
export interface ReadyTurn {
  readonly id: string;
  readonly model: string;
  readonly content: readonly ReadyBlock[];
  readonly usage: ScriptedUsage;
  readonly stopReason: string;
}

export type ReadyBlock =
  | Exclude<ScriptedBlock, { type: 'tool_use' }>
  | (Extract<ScriptedBlock, { type: 'tool_use' }> & { readonly id: string });

/** Fills in a turn's defaults: distinct ids and token counts for each answer, so tests can tell answers apart. */
export function readyTurn(turn: ScriptedTurn, index: number, model: string): ReadyTurn {
  const callsTool = turn.content.some((block) => block.type === 'tool_use');
  return {
    id: `msg_${String(index).padStart(6, '0')}`,
    model,
    content: turn.content.map((block, position) => readyBlock(block, index, position)),
    usage: { ...usageOf(index), ...turn.usage },
    stopReason: turn.stopReason ?? (callsTool ? 'tool_use' : 'end_turn'),
  };
}

function readyBlock(block: ScriptedBlock, index: number, position: number): ReadyBlock {
  if (block.type !== 'tool_use') return block;
  return { ...block, id: block.id ?? `toolu_${index}_${position}` };
}

function usageOf(index: number): ScriptedUsage {
  return {
    inputTokens: 11 + index,
    outputTokens: 23 + index,
    cacheReadTokens: 101 + index,
    cacheWriteTokens: 7 + index,
    serviceTier: 'standard',
  };
}

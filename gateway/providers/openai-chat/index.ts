import { renderOpenaiRefusal } from '../openai-refusal';
import type { WireFormat } from '../wire-format';
import { ChatStreamGuard, guardResponse } from './guard';
import { readRequest } from './request';
import { readResponse } from './response';
import { ChatStreamReader } from './stream';

/** OpenAI Chat Completions, also spoken by most other vendors. */
export const openaiChat: WireFormat = {
  name: 'openai-chat',
  readRequest,
  readResponse,
  guardResponse,
  createStreamGuard: (judge) => new ChatStreamGuard(judge),
  createStreamReader: () => new ChatStreamReader(),
  renderRefusal: renderOpenaiRefusal,
};

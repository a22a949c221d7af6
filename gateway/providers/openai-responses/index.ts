import { renderOpenaiRefusal } from '../openai-refusal';
import type { WireFormat } from '../wire-format';
import { ResponsesStreamGuard, guardResponse } from './guard';
import { readRequest } from './request';
import { readResponse } from './response';
import { ResponsesStreamReader } from './stream';

/** OpenAI Responses. */
export const openaiResponses: WireFormat = {
  name: 'openai-responses',
  readRequest,
  readResponse,
  guardResponse,
  createStreamGuard: (judge) => new ResponsesStreamGuard(judge),
  createStreamReader: () => new ResponsesStreamReader(),
  renderRefusal: renderOpenaiRefusal,
};

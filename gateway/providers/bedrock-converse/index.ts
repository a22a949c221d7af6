import { renderBedrockRefusal } from '../bedrock-refusal';
import type { WireFormat } from '../wire-format';
import { ConverseStreamGuard, guardResponse } from './guard';
import { readRequest } from './request';
import { readResponse } from './response';
import { ConverseStreamReader } from './stream';

/** Bedrock Converse and ConverseStream: one shape for every model. */
export const bedrockConverse: WireFormat = {
  name: 'bedrock-converse',
  readRequest,
  readResponse,
  guardResponse,
  createStreamGuard: (judge) => new ConverseStreamGuard(judge),
  createStreamReader: () => new ConverseStreamReader(),
  renderRefusal: renderBedrockRefusal,
};

import { renderBedrockRefusal } from '../bedrock-refusal';
import type { WireFormat } from '../wire-format';
import { guardResponse, InvokeStreamGuard } from './guard';
import { readRequest } from './request';
import { readResponse } from './response';
import { InvokeStreamReader } from './stream';

/** Bedrock InvokeModel and InvokeModelWithResponseStream: the vendor's own body in AWS's envelope. */
export const bedrockInvoke: WireFormat = {
  name: 'bedrock-invoke',
  readRequest,
  readResponse,
  guardResponse,
  createStreamGuard: (judge) => new InvokeStreamGuard(judge),
  createStreamReader: () => new InvokeStreamReader(),
  renderRefusal: renderBedrockRefusal,
};

import { anthropicMessages } from './anthropic-messages';
import { encodeMessage } from './event-stream';
import type { Wire } from './wire';

const PATH = /^\/model\/([^/]+)\/(invoke|invoke-with-response-stream)$/;

/** Bedrock InvokeModel for Anthropic's models: Messages, streamed in binary messages of base64. */
export const bedrockInvoke: Wire = {
  read(path) {
    const [, model, method] = PATH.exec(path) ?? [];
    if (model === undefined) return undefined;
    const isStreaming = method === 'invoke-with-response-stream';
    return { model: decodeURIComponent(model), isStreaming };
  },
  render: (turn) => anthropicMessages.render(turn),
  renderEvents: (turn) => anthropicMessages.renderEvents(turn),
  renderError: (_type, message) => ({ message }),
  contentType: 'application/vnd.amazon.eventstream',
  encode({ event, data }) {
    if (event === 'error') return encodeMessage({ event, data });
    const bytes = Buffer.from(JSON.stringify(data)).toString('base64');
    return encodeMessage({ event: 'chunk', data: { bytes, p: 'abcd' } });
  },
};

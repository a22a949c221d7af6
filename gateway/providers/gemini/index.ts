import type { Endpoint, ProviderType, WireFormat } from '../wire-format';
import { GenerateStreamGuard, guardResponse } from './guard';
import { GENERATE, readRequest } from './request';
import { readResponse, renderRefusal } from './response';
import { GenerateStreamReader } from './stream';

/** Google's generateContent and streamGenerateContent. */
export const geminiGenerate: WireFormat = {
  name: 'gemini-generate',
  readRequest,
  readResponse,
  guardResponse,
  createStreamGuard: (judge) => new GenerateStreamGuard(judge),
  createStreamReader: () => new GenerateStreamReader(),
  renderRefusal,
};

const READ_ONLY = /^\/v1(?:beta|alpha)?\/models(?:\/[\w.-]+)?$/;
const COUNTING =
  /^\/v1(?:beta|alpha)?\/models\/[\w.-]+:(countTokens|embedContent|batchEmbedContents)$/;

function endpoint(method: string, path: string): Endpoint | undefined {
  if (method === 'POST' && GENERATE.test(path))
    return {
      kind: 'intercepted',
      route: `/models/*:${path.split(':')[1]}`,
      format: geminiGenerate,
    };
  if (method === 'POST' && COUNTING.test(path))
    return { kind: 'passed', route: `/models/*:${path.split(':')[1]}` };
  return method === 'GET' && READ_ONLY.test(path)
    ? { kind: 'passed', route: '/models' }
    : undefined;
}

/** Google's Gemini API. The base URL has no version: clients add it. */
export const gemini: ProviderType = {
  type: 'gemini',
  endpoint,
  upstreamPath: (basePath, path) => `${basePath}${path}`,
  keyHeader: (key) => ['x-goog-api-key', key],
  defaultFormat: geminiGenerate,
};

import type { Refusal, RenderedRefusal } from './wire-format';

/**
 * A refusal as OpenAI's APIs word errors. Codex sends a 403 six times and stops at once at a 400 (recorded 2026-11-20),
 * so what policy forbids is a 400 here.
 */
export function renderOpenaiRefusal({ status, code, message }: Refusal): RenderedRefusal {
  const type = status >= 500 ? 'server_error' : 'invalid_request_error';
  const error = { message: `${message} (${code})`, type, param: null, code: code.toLowerCase() };
  return { status: status === 403 ? 400 : status, body: { error } };
}

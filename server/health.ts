import type { IncomingMessage, ServerResponse } from 'node:http';

/** Whether the server still takes new work. */
export interface Readiness {
  isDraining: boolean;
}

/** `/healthz`: the process answers. `/readyz`: it takes new work. True when the request was one of them. */
export function answerHealth(
  request: IncomingMessage,
  response: ServerResponse,
  readiness: Readiness,
): boolean {
  const path = (request.url ?? '/').replace(/\?.*$/s, '');
  if (path !== '/healthz' && path !== '/readyz') return false;
  const isReady = path === '/healthz' || !readiness.isDraining;
  const status = isReady ? 200 : 503;
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify({ service: 'aigov-server', status: isReady ? 'ok' : 'draining' }));
  return true;
}

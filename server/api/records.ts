import type { Ledger } from '../../audit';
import { PROBLEMS, sendJson, sendProblem } from './problem';
import { readJsonBody } from './request-body';
import { EVERYBODY, type ApiRoute } from './router';

/** Largest batch of records. A shipper halves its batches when it hears 413. */
export const MAX_BATCH_BYTES = 16 * 1024 * 1024;

/** `POST /api/v1/records`: takes a batch from a workspace's spool, acknowledged once it is durable here. */
export function recordRoutes(ledger: Ledger): readonly ApiRoute[] {
  return [
    {
      method: 'POST',
      path: '/api/v1/records',
      roles: EVERYBODY,
      async answer({ request, response, holder }) {
        const body = await readJsonBody(request, MAX_BATCH_BYTES);
        if (body.kind === 'too_large') return sendProblem(response, PROBLEMS.bodyTooLarge);
        if (body.kind === 'invalid') return sendProblem(response, PROBLEMS.bodyInvalid);
        const result = await ledger.ingest(body.value, { user: holder.user, isVerified: true });
        if (result.outcome === 'accepted') {
          const { acknowledged, stored } = result;
          return sendJson(response, 200, { acknowledged, stored });
        }
        sendProblem(response, refused(result));
      },
    },
  ];
}

function refused(result: Extract<Awaited<ReturnType<Ledger['ingest']>>, { outcome: 'refused' }>) {
  const isMalformed = result.code === 'AUDIT_BATCH_INVALID';
  return {
    status: isMalformed ? 400 : 409,
    code: result.code,
    title: 'The batch does not continue its chain',
    detail: result.detail,
    remedy: 'Keep the spool as it is and look into it with "aigov audit verify".',
  };
}

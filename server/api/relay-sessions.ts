import { z } from 'zod';
import type { Contexts } from '../../gateway';
import { PROBLEMS, sendJson, sendProblem } from './problem';
import { readJsonBody } from './request-body';
import { EVERYBODY, type ApiRoute } from './router';

const MAX_REGISTRATION_BYTES = 16 * 1024;

const text = z.string().max(256);

const registration = z.strictObject({
  workspace: z.strictObject({
    id: text,
    name: text,
    templateId: text,
    templateName: text,
    templateVersion: text,
  }),
  taskId: text.optional(),
});

/** `POST /api/v1/relay/sessions`: a relay says whose workspace it serves and gets what it signs with. */
export function relaySessionRoutes(contexts: Contexts): readonly ApiRoute[] {
  return [
    {
      method: 'POST',
      path: '/api/v1/relay/sessions',
      roles: EVERYBODY,
      async answer({ request, response, holder }) {
        const body = await readJsonBody(request, MAX_REGISTRATION_BYTES);
        if (body.kind === 'too_large') return sendProblem(response, PROBLEMS.bodyTooLarge);
        const parsed = registration.safeParse(body.kind === 'json' ? body.value : undefined);
        if (!parsed.success) return sendProblem(response, invalid(parsed.error));
        const { workspace, taskId } = parsed.data;
        const facts = { workspace, ...(taskId === undefined ? {} : { taskId }) };
        sendJson(response, 201, contexts.register(holder.user, facts));
      },
    },
  ];
}

function invalid(error: z.ZodError): typeof PROBLEMS.bodyInvalid & { detail: string } {
  return { ...PROBLEMS.bodyInvalid, detail: z.prettifyError(error) };
}

import { z } from 'zod';
import {
  UNCONFIRMED_LIFETIME_MS,
  type Contexts,
  type RelayFacts,
  type RelaySession,
} from '../../gateway';
import type { WorkspaceClaim, Identities } from '../identity/identities';
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
export function relaySessionRoutes(
  contexts: Contexts,
  identities: Identities,
): readonly ApiRoute[] {
  return [
    {
      method: 'POST',
      path: '/api/v1/relay/sessions',
      roles: EVERYBODY,
      async answer({ request, response, holder, token }) {
        const body = await readJsonBody(request, MAX_REGISTRATION_BYTES);
        if (body.kind === 'too_large') return sendProblem(response, PROBLEMS.bodyTooLarge);
        const parsed = registration.safeParse(body.kind === 'json' ? body.value : undefined);
        if (!parsed.success) return sendProblem(response, invalid(parsed.error));
        const { workspace, taskId } = parsed.data;
        const facts = { workspace, ...(taskId === undefined ? {} : { taskId }) };
        const claim = await identities.confirm(token, holder, workspace);
        if (claim.kind === 'refuted') return sendProblem(response, PROBLEMS.workspaceNotOwned);
        sendJson(response, 201, register(contexts, holder.user, facts, claim));
      },
    },
  ];
}

function register(
  contexts: Contexts,
  user: string,
  facts: RelayFacts,
  claim: Exclude<WorkspaceClaim, { kind: 'refuted' }>,
): RelaySession {
  switch (claim.kind) {
    case 'confirmed': {
      const { organization } = claim;
      return contexts.register(user, {
        ...facts,
        workspace: claim.facts,
        isConfirmed: true,
        ...(organization === undefined ? {} : { organization }),
      });
    }
    case 'unasked':
      return contexts.register(user, facts);
    case 'unanswered':
      return contexts.register(user, facts, UNCONFIRMED_LIFETIME_MS);
  }
}

function invalid(error: z.ZodError): typeof PROBLEMS.bodyInvalid & { detail: string } {
  return { ...PROBLEMS.bodyInvalid, detail: z.prettifyError(error) };
}

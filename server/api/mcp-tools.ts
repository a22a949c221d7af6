import { z } from 'zod';
import { newId, type Recorder } from '../../audit';
import type { SqliteToolStore } from '../tool-store';
import { PROBLEMS, sendJson, sendProblem } from './problem';
import { readJsonBody } from './request-body';
import { READERS, type ApiRoute } from './router';

const MAX_APPROVAL_BYTES = 16 * 1024;

const approval = z.strictObject({
  server: z.string().min(1),
  tool: z.string().min(1),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/**
 * `GET /api/v1/mcp/tools`: what MCP servers offered, and whether it is approved. `POST /api/v1/mcp/approvals`: an
 * administrator approves the definition that was looked at, and no other.
 */
export function mcpToolRoutes(tools: SqliteToolStore, recorder: Recorder): readonly ApiRoute[] {
  return [
    {
      method: 'GET',
      path: '/api/v1/mcp/tools',
      roles: READERS,
      answer: ({ response }) => sendJson(response, 200, { tools: tools.list() }),
    },
    {
      method: 'POST',
      path: '/api/v1/mcp/approvals',
      roles: ['admin'],
      async answer({ request, response, holder }) {
        const body = await readJsonBody(request, MAX_APPROVAL_BYTES);
        if (body.kind === 'too_large') return sendProblem(response, PROBLEMS.bodyTooLarge);
        const parsed = approval.safeParse(body.kind === 'json' ? body.value : undefined);
        if (!parsed.success)
          return sendProblem(response, {
            ...PROBLEMS.bodyInvalid,
            detail: z.prettifyError(parsed.error),
          });
        const { server, tool, sha256 } = parsed.data;
        if (tools.find(server, tool)?.seenSha256 !== sha256)
          return sendProblem(response, PROBLEMS.toolChanged);
        await recorder.record({
          id: newId(),
          kind: 'admin_action',
          phase: 'event',
          actor: { user: holder.user, isVerified: true },
          data: { action: 'mcp_tool_approve', target: `${server}/${tool}`, sha256 },
        });
        if (!tools.approve(server, tool, sha256, holder.user))
          return sendProblem(response, PROBLEMS.toolChanged);
        sendJson(response, 200, { server, tool, approvedSha256: sha256 });
      },
    },
  ];
}

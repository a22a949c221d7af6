import type { Ledger, RecordKind } from '../../audit';
import { PROBLEMS, sendJson, sendProblem } from './problem';
import { isProblem, readEntryQuery } from './query';
import { READERS, type ApiCall, type ApiRoute } from './router';

const KINDS: readonly RecordKind[] = [
  'interception',
  'jail',
  'egress',
  'dns',
  'command',
  'file',
  'mcp_call',
  'workspace_start',
  'policy_change',
  'admin_action',
];

/** What went to models, and everything recorded. */
export function interceptionRoutes(ledger: Ledger): readonly ApiRoute[] {
  return [
    {
      method: 'GET',
      path: '/api/v1/interceptions',
      roles: READERS,
      answer: (call) => listInterceptions(ledger, call),
    },
    {
      method: 'GET',
      path: '/api/v1/interceptions/:id',
      roles: READERS,
      answer: (call) => showInterception(ledger, call),
    },
    {
      method: 'GET',
      path: '/api/v1/timeline',
      roles: READERS,
      answer: (call) => showTimeline(ledger, call),
    },
  ];
}

async function listInterceptions(ledger: Ledger, { query, response }: ApiCall): Promise<void> {
  const wanted = readEntryQuery(query, undefined);
  if (isProblem(wanted)) return sendProblem(response, wanted);
  const { entries, next } = await ledger.listInterceptions(wanted);
  sendJson(response, 200, { interceptions: entries, next });
}

async function showInterception(ledger: Ledger, { id, response }: ApiCall): Promise<void> {
  const found = await ledger.getInterception(id);
  if (found === undefined) sendProblem(response, PROBLEMS.notFound);
  else sendJson(response, 200, found);
}

async function showTimeline(ledger: Ledger, { query, response }: ApiCall): Promise<void> {
  const wanted = readEntryQuery(query, KINDS);
  if (isProblem(wanted)) return sendProblem(response, wanted);
  const { entries, next } = await ledger.timeline(wanted);
  sendJson(response, 200, { entries, next });
}

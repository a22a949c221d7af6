import { AigovError } from '../../policy';
import type { AuditEntry, EntryDetail, EntryPage, EntryQuery } from '../../audit';
import type { RecordSource } from './source';

/** Reads a server's records through its API. */
export function openServerReader(server: string, token: string): RecordSource {
  const base = server.replace(/\/+$/, '');
  return {
    async timeline({ kinds, ...rest }: EntryQuery): Promise<EntryPage> {
      const query = new URLSearchParams(
        Object.entries(rest).map(([name, value]) => [name, String(value)]),
      );
      for (const kind of kinds ?? []) query.append('kind', kind);
      const page = (await ask(base, `/api/v1/timeline?${query}`, token)) as
        Partial<EntryPage> | undefined;
      const entries: readonly AuditEntry[] = page?.entries ?? [];
      return page?.next === undefined ? { entries } : { entries, next: page.next };
    },
    async find(id: string): Promise<EntryDetail | undefined> {
      const path = `/api/v1/interceptions/${encodeURIComponent(id)}`;
      return (await ask(base, path, token)) as EntryDetail | undefined;
    },
    async [Symbol.asyncDispose]() {
      // Each question is a request of its own.
    },
  };
}

/** Undefined for 404. */
async function ask(base: string, path: string, token: string): Promise<unknown> {
  const response = await send(base, path, token);
  const text = await response.text();
  if (response.status === 404) return undefined;
  if (!response.ok) throw refused(base, response.status, text);
  return JSON.parse(text);
}

async function send(base: string, path: string, token: string): Promise<Response> {
  try {
    return await fetch(`${base}${path}`, {
      headers: { authorization: `Bearer ${token}` },
      redirect: 'error',
    });
  } catch (cause) {
    throw new AigovError('SERVER_UNREACHABLE', `${base}: no answer`, {
      remedy: 'Check the URL, and that the server runs.',
      at: '--server',
      cause,
    });
  }
}

function refused(base: string, status: number, text: string): AigovError {
  const { code, remedy } = readProblem(text);
  return new AigovError(
    'SERVER_REFUSED',
    `${base}: ${status}${code === undefined ? '' : ` ${code}`}`,
    {
      remedy: remedy ?? 'Set AIGOV_TOKEN to a token with the role auditor or admin.',
      at: '--server',
    },
  );
}

function readProblem(text: string): { code?: string; remedy?: string } {
  try {
    const { code, remedy } = JSON.parse(text) as Record<string, unknown>;
    return {
      ...(typeof code === 'string' ? { code } : {}),
      ...(typeof remedy === 'string' ? { remedy } : {}),
    };
  } catch {
    return {};
  }
}

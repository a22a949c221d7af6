import type { AuditEntry } from '../../audit';

type Data = AuditEntry['data'];

/** What it was, in one line; recorded text is still to be made plain. */
export function describeWhat({ kind, data }: AuditEntry): string {
  switch (kind) {
    case 'interception':
      return joined(
        text(data, 'providerName') ?? text(data, 'provider'),
        text(data, 'model'),
        usage(data),
        toolCalls(data),
      );
    case 'egress':
      return joined(
        text(data, 'method') ?? text(data, 'protocol'),
        text(data, 'url') ?? hostAndPort(data),
      );
    case 'dns':
      return text(data, 'host') ?? text(data, 'name') ?? '';
    case 'command':
      return words(data['argv']) ?? '';
    case 'jail':
      return joined(words(data['command']), label('level', text(data, 'level')));
    case 'file':
      return joined(text(data, 'op'), text(data, 'path'));
    case 'mcp_call':
      return joined(text(data, 'server'), text(data, 'tool'));
    case 'workspace_start':
      return joined(
        label('firewall', text(data, 'firewallLevel')),
        label('gateway', text(data, 'gateway')),
      );
    case 'policy_change':
    case 'admin_action':
      return joined(text(data, 'action'), text(data, 'target'));
  }
}

/** Allowed or denied and by what, or how it ended. */
export function describeVerdict({ data, ending }: AuditEntry): string {
  const effect = text(data, 'effect');
  const rule = text(data, 'rule');
  const because = rule ?? text(data, 'reason');
  if (effect === 'deny') return because === undefined ? 'denied' : `denied (${because})`;
  if (ending !== undefined && ending !== 'completed')
    return joined(ending, text(data, 'errorCode'));
  if (effect === 'allow') return data['reason'] === 'monitored' ? monitored(data) : 'allowed';
  return ending ?? '';
}

function monitored(data: Data): string {
  const { denial } = data;
  const denied = typeof denial === 'object' ? (denial as Data | null) : null;
  const because = text(data, 'rule') ?? (denied === null ? undefined : text(denied, 'reason'));
  return because === undefined ? 'allowed (monitored)' : `allowed (monitored: ${because})`;
}

export function text(data: Data, name: string): string | undefined {
  const value = data[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The four token classes, in a fixed order; absent ones are absent. */
export function tokens(data: Data): [name: string, count: number][] {
  const { usage } = data;
  if (typeof usage !== 'object' || usage === null || Array.isArray(usage)) return [];
  const counts = usage as { readonly [name: string]: unknown };
  return TOKEN_CLASSES.flatMap(([field, name]) => {
    const count = counts[field];
    return typeof count === 'number' ? [[name, count] as [string, number]] : [];
  });
}

const TOKEN_CLASSES = [
  ['inputTokens', 'in'],
  ['outputTokens', 'out'],
  ['cacheReadTokens', 'cache-read'],
  ['cacheWriteTokens', 'cache-write'],
] as const;

function usage(data: Data): string {
  return tokens(data)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${name}=${count}`)
    .join(' ');
}

function toolCalls({ toolCalls: calls }: Data): string | undefined {
  if (!Array.isArray(calls) || calls.length === 0) return undefined;
  const names = (calls as { readonly name?: unknown }[]).map(({ name }) => String(name));
  return `tools: ${names.join(', ')}`;
}

function hostAndPort(data: Data): string {
  const port = data['port'];
  return typeof port === 'number' ? `${text(data, 'host')}:${port}` : (text(data, 'host') ?? '');
}

function words(value: unknown): string | undefined {
  return Array.isArray(value) ? value.map(String).join(' ') : undefined;
}

function label(name: string, value: string | undefined): string | undefined {
  return value === undefined ? undefined : `${name} ${value}`;
}

function joined(...parts: (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(' ');
}

import type { AuditEntry } from '../../audit';
import { describeVerdict, describeWhat, text, tokens } from './describe';

type Column = readonly [name: string, value: (entry: AuditEntry) => string | number | undefined];

const COLUMNS: readonly Column[] = [
  ['id', ({ id }) => id],
  ['time', ({ time }) => time],
  ['ended_at', ({ endedAt }) => endedAt],
  ['kind', ({ kind }) => kind],
  ['user', ({ actor }) => actor?.user],
  ['user_verified', ({ actor }) => (actor === undefined ? undefined : String(actor.isVerified))],
  ['workspace_id', ({ workspace }) => workspace?.id],
  ['workspace_name', ({ workspace }) => workspace?.name],
  ['template_name', ({ workspace }) => workspace?.templateName],
  ['template_version', ({ workspace }) => workspace?.templateVersion],
  ['task_id', ({ taskId }) => taskId],
  ['repository', ({ repository }) => repository],
  ['session_id', ({ sessionId }) => sessionId],
  ['client', ({ client }) => client],
  ['provider', ({ data }) => text(data, 'provider')],
  ['model', ({ data }) => text(data, 'model')],
  ['input_tokens', ({ data }) => count(data, 'in')],
  ['output_tokens', ({ data }) => count(data, 'out')],
  ['cache_read_tokens', ({ data }) => count(data, 'cache-read')],
  ['cache_write_tokens', ({ data }) => count(data, 'cache-write')],
  ['what', describeWhat],
  ['verdict', describeVerdict],
  ['policy_version', ({ policy }) => policy?.version],
  ['policy_layer', ({ policy }) => policy?.layer],
  ['policy_rule', ({ policy }) => policy?.rule],
  ['chain', ({ chain }) => chain.uid],
  ['sequence', ({ chain }) => chain.seqs[0]],
];

export const CSV_HEADER = `${COLUMNS.map(([name]) => name).join(',')}\r\n`;

/** One row, RFC 4180. */
export function renderCsvRow(entry: AuditEntry): string {
  return `${COLUMNS.map(([, value]) => renderCell(value(entry))).join(',')}\r\n`;
}

function count(data: AuditEntry['data'], name: string): number | undefined {
  return tokens(data).find(([tokenClass]) => tokenClass === name)?.[1];
}

/** A leading apostrophe keeps spreadsheets from running recorded text as a formula (OWASP, CSV injection). */
function renderCell(value: string | number | undefined): string {
  if (typeof value !== 'string') return value === undefined ? '' : String(value);
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

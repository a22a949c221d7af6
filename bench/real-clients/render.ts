import type { Finding } from './findings';

const COLUMNS: readonly (readonly [string, (finding: Finding) => string])[] = [
  ['Client', ({ client }) => client],
  ['Exit', ({ status }) => String(status)],
  ['Requests upstream / in ledger', (each) => `${each.upstreamRequests} / ${each.ledgerRequests}`],
  ['Recognised as', ({ identifiedAs }) => listed(identifiedAs)],
  [
    'Sessions',
    ({ sessionIds }) => (sessionIds.length === 0 ? 'none sent' : String(sessionIds.length)),
  ],
  ['Tokens in / out / cached', ({ tokens }) => tokens],
  ['Tool ran', ({ didToolRun }) => (didToolRun ? 'yes' : 'no')],
  ['Denied', ({ denied }) => listed(denied)],
];

/** A Markdown table, as it stands in docs/clients.md. */
export function renderFindings(findings: readonly Finding[]): string {
  const rows = [
    COLUMNS.map(([title]) => title),
    COLUMNS.map(() => '---'),
    ...findings.map((finding) => COLUMNS.map(([, render]) => render(finding))),
  ];
  return rows.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

function listed(values: readonly string[]): string {
  return values.length === 0 ? 'nothing' : values.join(', ');
}

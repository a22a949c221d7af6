import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLedgerReader, type AuditEntry } from '../../audit';
import type { ScriptedUsage } from '../../emulator';
import type { RealClient } from './cases';
import { bodyText, PROOF, PROOF_FILE } from './script';
import type { Ran, World } from './world';

/** What one run of one client showed. */
export interface Finding {
  readonly client: string;
  readonly status: number;
  /** Model requests that arrived at the provider. */
  readonly upstreamRequests: number;
  /** Model requests in the ledger. */
  readonly ledgerRequests: number;
  /** Clients the ledger names; one, if each request was recognised. */
  readonly identifiedAs: readonly string[];
  /** The client's own session ids in the ledger; empty when it sends none. */
  readonly sessionIds: readonly string[];
  /** Input, output and cache read tokens the provider reported against those in the ledger. */
  readonly tokens: string;
  readonly didToolRun: boolean;
  /** Hosts and command lines the firewall refused. */
  readonly denied: readonly string[];
}

/** Reads the ledger of a finished world. */
export async function findOut(client: RealClient, world: World, ran: Ran): Promise<Finding> {
  await using reader = openLedgerReader(world.ledgerFile);
  const { entries } = await reader.timeline({ limit: 1000 });
  const requests = entries.filter(({ kind, data }) => kind === 'interception' && 'usage' in data);
  const denied = entries.filter(({ data }) => data['effect'] === 'deny');
  return {
    client: `${client.definition.displayName} ${client.version}`,
    status: ran.status,
    upstreamRequests: world.upstream.received.filter(({ method }) => method === 'POST').length,
    ledgerRequests: requests.length,
    identifiedAs: distinct(requests.map((entry) => entry.client ?? 'nobody')),
    sessionIds: distinct(requests.flatMap((entry) => entry.sessionId ?? [])),
    tokens: compareTokens(world.upstream.sentUsage, requests),
    didToolRun: didToolRun(world),
    denied: distinct(denied.map(nameOfDenied)),
  };
}

/** Whether the client did its turn, and the ledger tells all of it. */
export function isWorking(finding: Finding): boolean {
  return (
    finding.status === 0 &&
    finding.didToolRun &&
    finding.identifiedAs.length === 1 &&
    finding.tokens.startsWith('equal')
  );
}

function nameOfDenied({ data }: AuditEntry): string {
  const { host, argv } = data;
  return typeof host === 'string' ? host : JSON.stringify(argv);
}

function distinct(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}

/** The command's output lies in the project, and the client has told the model. */
function didToolRun({ project, upstream }: World): boolean {
  const proof = join(project, PROOF_FILE);
  const isWritten = existsSync(proof) && readFileSync(proof, 'utf8').trim() === PROOF;
  return isWritten && upstream.received.some((request) => bodyText(request).includes(PROOF));
}

/** The classes every protocol of the emulator reports. */
const CLASSES = ['inputTokens', 'outputTokens', 'cacheReadTokens'] as const;
type TokenClass = (typeof CLASSES)[number];

function compareTokens(sent: readonly ScriptedUsage[], requests: readonly AuditEntry[]): string {
  const sums = CLASSES.map((name) => ({
    name,
    sent: sum(sent.map((usage) => usage[name])),
    recorded: sum(requests.map((entry) => recorded(entry, name))),
  }));
  const wrong = sums.filter((each) => each.sent !== each.recorded);
  if (wrong.length === 0) return `equal (${sums.map((each) => each.sent).join('/')})`;
  return wrong.map((each) => `${each.name} ${each.recorded}, sent ${each.sent}`).join('; ');
}

function recorded({ data }: AuditEntry, name: TokenClass): number {
  const usage = data['usage'] as { readonly [name in TokenClass]?: number } | null | undefined;
  return usage?.[name] ?? 0;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

import type { EntryDetail } from '../../audit';
import { describeVerdict, describeWhat } from './describe';
import { plainParagraphs, plainText } from './plain-text';

/** One entry in full, for people. */
export function renderDetail(entry: EntryDetail): string {
  const facts = Object.entries(entry.data).map(([name, value]) => [name, JSON.stringify(value)]);
  const rows = [...envelope(entry), ...facts].filter((row) => row[1] !== undefined);
  const width = Math.max(...rows.map(([name]) => name?.length ?? 0));
  const table = rows.map(
    ([name, value]) => `${(name ?? '').padEnd(width)}  ${plainText(value ?? '')}\n`,
  );
  const contents = Object.entries(entry.content).map(
    ([name, text]) =>
      `\n--- ${plainText(name)}\n${text === null ? '(not kept)' : plainParagraphs(text)}\n`,
  );
  return [...table, ...contents].join('');
}

function envelope(entry: EntryDetail): (readonly [string, string | undefined])[] {
  const { actor, workspace, policy, firewall } = entry;
  return [
    ['id', entry.id],
    ['kind', entry.kind],
    ['time', entry.endedAt === undefined ? entry.time : `${entry.time} to ${entry.endedAt}`],
    ['who', actor && `${actor.user} (${actor.isVerified ? 'verified' : 'claimed'})`],
    ['workspace', workspace && `${workspace.name} (${workspace.id})`],
    ['template', workspace && `${workspace.templateName} ${workspace.templateVersion}`],
    ['task', entry.taskId],
    ['repository', entry.repository && `${entry.repository} (claimed)`],
    ['client', entry.client],
    ['session', entry.sessionId],
    ['firewall', firewall && `${firewall.sessionId} #${firewall.sequence}`],
    ['policy', policy && [policy.version, policy.layer, policy.rule].filter(Boolean).join(' ')],
    ['what', describeWhat(entry)],
    ['verdict', describeVerdict(entry)],
    ['chain', `${entry.chain.uid} ${entry.chain.seqs.join(', ')}`],
  ];
}

import type { AuditEntry, EntryDetail } from '../../audit';
import { verifyLedger } from '../../audit';
import { renderLine } from '../audit/timeline';
import { known, shortened, type DemoContext } from './context';
import { readEntry, readTimeline, waitForShipping } from './ledger-client';
import { tamperCopy } from './tamper';
import { check, type Check, type Step } from './story';

/** 7: everything above is in one ledger, and a changed byte is found. */
export const auditStep: Step<DemoContext> = {
  title: 'Audit: one timeline, and proof that nobody changed it',
  async run(context, narrate) {
    await waitForShipping(context);
    const timeline = await readTimeline(context);
    for (const entry of timeline) narrate(shortened(renderLine(entry, context.io), context));
    const interceptions = timeline.filter(({ kind }) => kind === 'interception');
    const first = await readEntry(context, known(interceptions[0], 'an interception').id);
    const ledgerFile = known(context.ledgerFile, 'the ledger');
    const verified = await verifyLedger(ledgerFile);
    const tampered = await tamperCopy(ledgerFile, context.scratch, first.id);
    return {
      checks: [
        ...interceptionChecks(context, first),
        ...decisionChecks(context, timeline),
        check(
          'the chains verify',
          verified.valid,
          `${verified.records} records, ${verified.chains} chains`,
        ),
        check('a changed byte is found at its record', tampered.found, tampered.seen),
      ],
      evidence: { interceptions, first, decisions: denied(timeline), verified, tampered },
    };
  },
};

function denied(timeline: readonly AuditEntry[]): readonly AuditEntry[] {
  return timeline.filter(({ data }) => data['effect'] === 'deny');
}

function interceptionChecks({ cast, flags, upstream }: DemoContext, entry: EntryDetail): Check[] {
  const usage = entry.data['usage'] as Record<string, number> | undefined;
  const { workspace } = entry;
  const scripted = flags.anthropic === undefined;
  const sent = upstream?.sentUsage[0];
  const classes = ['inputTokens', 'outputTokens', 'cacheReadTokens', 'cacheWriteTokens'] as const;
  const counted = classes.map((name) => `${usage?.[name]}`).join('/');
  const contents = Object.keys(entry.content);
  return [
    check(
      'who: the initiator',
      entry.actor?.user === cast.owner,
      `${entry.actor?.user}${entry.actor?.isVerified ? '' : ' (claimed: no Coder deployment to ask)'}`,
    ),
    check(
      'where: workspace and template',
      workspace?.id === cast.workspace.id && workspace.templateName === cast.template.name,
      `${workspace?.name} of ${workspace?.templateName}`,
    ),
    check(
      'with what: client and model',
      entry.client !== undefined && entry.data['model'] !== undefined,
      `${entry.client}, ${JSON.stringify(entry.data['model'])}`,
    ),
    check(
      'the four token classes are the upstream’s',
      !scripted || classes.every((name) => usage?.[name] === sent?.[name]),
      counted,
    ),
    check(
      'prompt, tool call and reasoning are kept',
      !scripted ||
        (contents.includes('prompt') &&
          contents.includes('reasoning') &&
          contents.some((name) => name.startsWith('toolCall'))),
      contents.join(', '),
    ),
  ];
}

function decisionChecks({ level }: DemoContext, timeline: readonly AuditEntry[]): Check[] {
  if (level === 'D') return [];
  const egress = denied(timeline).filter(({ kind }) => kind === 'egress' || kind === 'dns');
  const commands = denied(timeline).filter(({ kind }) => kind === 'command');
  const withRemedy = egress.filter(({ data }) => typeof data['remedy'] === 'string');
  return [
    check(
      'four denied egress attempts, each with the rule it would need',
      egress.length >= 4 && withRemedy.length === egress.length,
      `${egress.length}`,
    ),
    check(
      'the denied command',
      commands.length >= 1,
      commands.map(({ data }) => JSON.stringify(data['rule'])).join(', '),
    ),
  ];
}

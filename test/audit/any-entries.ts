import { fc } from '@fast-check/jest';
import type { EntryQuery, Recorder, RecordReader } from '../../audit';
import { closedAs, nextId, opened, WORKSPACE } from './harness';

const users = ['ada', 'bob'] as const;

/** Entries that differ in whatever can be asked for. */
export const anyEntries = fc.array(
  fc.record({
    kind: fc.constantFrom('interception', 'egress', 'command'),
    user: fc.constantFrom(...users),
    model: fc.constantFrom('m-1', 'm-2'),
    workspace: fc.option(fc.constantFrom('w-1', 'w-2'), { nil: undefined }),
    timeMs: fc.integer({ min: 1_700_000_000_000, max: 1_700_000_000_020 }),
    isClosed: fc.boolean(),
    prompt: fc.constantFrom('plain', '100%', 'under_score', 'back\\slash', 'Ünicode'),
  }),
  { maxLength: 25 },
);

export const anyQuery: fc.Arbitrary<EntryQuery> = fc.record(
  {
    kinds: fc.subarray(['interception', 'egress', 'command'], { minLength: 1 }),
    user: fc.constantFrom(...users),
    workspace: fc.constantFrom('w-1', 'name of w-2'),
    model: fc.constantFrom('m-1', 'm-2'),
    from: fc.constant(new Date(1_700_000_000_005).toISOString()),
    to: fc.constant(new Date(1_700_000_000_015).toISOString()),
    text: fc.constantFrom('PLAIN', '0%', 'r_s', 'k\\\\s', 'nicode', 'absent', 'm-2'),
    limit: fc.integer({ min: 1, max: 7 }),
  },
  { requiredKeys: [] },
);

type AnyEntries = typeof anyEntries extends fc.Arbitrary<infer Entries> ? Entries : never;

/** Writes entries to several stores, at the times they say. */
export async function recordEntries(
  entries: AnyEntries,
  recorders: readonly Recorder[],
  setNow: (timeMs: number) => void,
): Promise<void> {
  for (const { kind, user, model, workspace, timeMs, isClosed, prompt } of entries) {
    setNow(timeMs);
    const id = nextId();
    const envelope = {
      actor: { user, isVerified: false },
      ...(workspace === undefined
        ? {}
        : { workspace: { ...WORKSPACE, id: workspace, name: `name of ${workspace}` } }),
    };
    const open = opened(id, { ...envelope, kind, data: { model }, content: { prompt } });
    for (const recorder of recorders) {
      await recorder.record(open);
      if (isClosed) await recorder.record(closedAs(id, 'completed', { ...envelope, kind }));
    }
  }
}

/** Ids of all pages, in order. */
export async function allPages(reader: RecordReader, query: EntryQuery): Promise<string[]> {
  const ids: string[] = [];
  for (let before: string | undefined; ;) {
    const page = await reader.timeline({ ...query, ...(before === undefined ? {} : { before }) });
    ids.push(...page.entries.map(({ id }) => id));
    before = page.next;
    if (before === undefined) return ids;
  }
}

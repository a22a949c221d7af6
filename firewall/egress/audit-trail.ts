import type { Ending, NewRecord, Recorder } from '../../audit';
import type { Decision } from '../../policy';
import { decisionFacts } from '../decision-facts';
import type { ClientProcess, EgressSession } from './decisions';

export interface AuditTrailOptions {
  readonly recorder: Recorder;
  /** UUIDv7. */
  readonly newId: () => string;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
  /** SHA-256 of the policy in force. */
  readonly policyVersion?: () => string;
  /** What happens to an allowed request whose record cannot be made durable. @default block */
  readonly onAuditFailure?: () => 'block' | 'allow';
}

/** One decided thing: who, what, and what the policy said. */
export interface DecidedThing {
  readonly kind: 'egress' | 'dns';
  readonly session: EgressSession;
  readonly decision: Decision;
  readonly process?: ClientProcess | undefined;
  /** Facts of this thing, beside those of the decision. */
  readonly data: NewRecord['data'];
}

/** An allowed thing under way. */
export interface OpenThing {
  /** `firewall.sequence` of its records. */
  readonly sequence: number;
  /** Records its end; the first call counts. Never rejects. */
  close(ending: Ending, data?: NewRecord['data']): Promise<void>;
}

/** Writes the records of egress and DNS. */
export interface AuditTrail {
  /** Records something that is over already, such as a denial. Never rejects. */
  event(thing: DecidedThing): Promise<void>;
  /**
   * Where `onAuditFailure` is `block`, resolves once the record is durable, with `blocked` when it cannot be; where it
   * is `allow`, at once.
   */
  open(thing: DecidedThing): Promise<OpenThing | 'blocked'>;
  /** Records that could not be written since the start. */
  readonly failures: number;
}

function policyFacts(decision: Decision, version: string | undefined): Partial<NewRecord> {
  if (version === undefined) return {};
  const { layer, rule } = decision;
  return {
    policy: {
      version,
      ...(layer === undefined ? {} : { layer }),
      ...(rule === undefined ? {} : { rule }),
    },
  };
}

export function createAuditTrail(options: AuditTrailOptions): AuditTrail {
  const { recorder, newId, clock = Date.now, onAuditFailure = () => 'block' } = options;
  let failures = 0;

  /** True when durable. */
  const write = (record: NewRecord): Promise<boolean> =>
    recorder.record(record).then(
      () => true,
      () => {
        failures += 1;
        return false;
      },
    );

  const baseOf = ({ kind, session, decision, process, data }: DecidedThing, sequence: number) => ({
    ...session.facts,
    id: newId(),
    kind,
    firewall: { sessionId: session.id, sequence },
    ...policyFacts(decision, options.policyVersion?.()),
    data: {
      ...data,
      ...decisionFacts(decision),
      ...(session.level === undefined ? {} : { level: session.level }),
      ...(process === undefined ? {} : { pid: process.pid, executable: process.executable }),
    },
  });

  return {
    get failures() {
      return failures;
    },
    async event(thing) {
      await write({ ...baseOf(thing, thing.session.nextSequence()), phase: 'event' });
    },
    async open(thing) {
      const sequence = thing.session.nextSequence();
      const base = baseOf(thing, sequence);
      const startedMs = clock();
      const written = write({ ...base, phase: 'open' });
      // Waiting serves one purpose: to stop what cannot be recorded. A policy of `allow` stops nothing.
      if (onAuditFailure() === 'block' && !(await written)) return 'blocked';
      let isClosed = false;
      return {
        sequence,
        async close(ending, data = {}) {
          if (isClosed) return;
          isClosed = true;
          // A clock that was set back must not give a negative duration.
          const durationMs = Math.max(0, clock() - startedMs);
          await write({
            ...base,
            phase: 'close',
            data: { ...base.data, ...data, ending, durationMs },
          });
        },
      };
    },
  };
}

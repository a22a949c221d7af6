/** What becomes of a decided command: a record, and for a denial a text the caller reads. Repetitions are silent. */
import { monitorDecision, type Decision } from '../../policy';
import { decisionFacts } from '../decision-facts';
import type { JailRecords } from '../jail/jail-records';
import { recordedArguments } from '../jail/jail-records';
import type { JailSession } from '../jail-session';
import { hashArguments, type ExecAnswer, type ExecQuestion } from './guard';

/** Shells try each PATH entry after a refusal: the same command of the same process within this time is one. */
const REPEATED_WITHIN_MS = 50;

export interface CommandReport {
  readonly effect: 'allow' | 'deny';
  /** For the caller's stderr. */
  readonly text?: string;
}

export interface CommandReportsOptions {
  readonly records: JailRecords;
  readonly mode: () => 'enforce' | 'monitor';
  readonly onAuditFailure: () => 'block' | 'allow';
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
}

export class CommandReports {
  #last: { key: string; atMs: number } | undefined;
  #isAuditBroken = false;
  /** Whether the last record could be written. */
  #lastWrite: Promise<boolean> = Promise.resolve(true);

  constructor(readonly options: CommandReportsOptions) {}

  /**
   * Records a decision and says what the caller is told. Unwatched files leave no record. An allowed command does not wait
   * for the disk; once a record could not be written and the policy blocks then, the next one does.
   */
  async report(
    session: JailSession,
    question: ExecQuestion,
    answer: ExecAnswer,
  ): Promise<CommandReport> {
    if (!answer.isWatched) return { effect: 'allow' };
    const decided = { ...answer, decision: this.#inForce(answer.decision) };
    const isRepeated = this.#isRepeated(session, question, decided);
    if (!isRepeated) this.#record(session, question, decided);
    if (decided.decision.effect === 'deny')
      return isRepeated ? { effect: 'deny' } : { effect: 'deny', text: renderDenial(decided) };
    if (await this.#mustBlock())
      return { effect: 'deny', text: 'aigov: denied: the audit cannot be written\n' };
    return { effect: 'allow' };
  }

  #noteAudit(isWritten: boolean): boolean {
    this.#isAuditBroken = !isWritten;
    return isWritten;
  }

  async #mustBlock(): Promise<boolean> {
    if (!this.#isAuditBroken || this.options.onAuditFailure() === 'allow') return false;
    return !(await this.#lastWrite);
  }

  #inForce(decision: Decision): Decision {
    return this.options.mode() === 'monitor' ? monitorDecision(decision) : decision;
  }

  #isRepeated(session: JailSession, { pid }: ExecQuestion, { argv, decision }: ExecAnswer) {
    const nowMs = (this.options.clock ?? Date.now)();
    const key = `${session.id} ${pid} ${decision.effect} ${hashArguments(argv)}`;
    const last = this.#last;
    this.#last = { key, atMs: nowMs };
    return last?.key === key && Math.abs(nowMs - last.atMs) <= REPEATED_WITHIN_MS;
  }

  #record(session: JailSession, question: ExecQuestion, answer: ExecAnswer): void {
    const { decision, argv, executable } = answer;
    const written = this.options.records.write(session, {
      id: this.options.records.options.newId(),
      kind: 'command',
      phase: 'event',
      data: {
        ...decisionFacts(decision),
        argv: recordedArguments(argv),
        argvHash: hashArguments(argv),
        executable,
        cwd: question.cwd,
        pid: question.pid,
        level: session.level,
        mode: this.options.mode(),
      },
    });
    this.#lastWrite = written.then(
      () => this.#noteAudit(true),
      () => this.#noteAudit(false),
    );
  }
}

const MAX_SHOWN = 200;

/** One line a person or a model can act on. Arguments come from the jail: control characters are made visible. */
export function renderDenial({ decision, argv }: ExecAnswer): string {
  const shown = argv.join(' ').slice(0, MAX_SHOWN);
  const rule = decision.rule === undefined ? decision.reason : `rule ${decision.rule}`;
  const layer = decision.layer === undefined ? '' : ` of ${decision.layer}`;
  const remedy = decision.effect === 'deny' ? ` ${decision.remedy}` : '';
  const line = `aigov: denied: ${shown} (${rule}${layer}).${remedy}`;
  return `${line.replace(/\p{Cc}/gu, '?')}\n`;
}

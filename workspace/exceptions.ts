import { randomUUID } from 'node:crypto';
import { newId, type NewRecord, type Recorder } from '../audit';
import {
  AigovError,
  compilePolicy,
  decideTcp,
  policyWarnings,
  type CompiledPolicy,
  type PolicyDocument,
} from '../policy';

/** A network rule that holds for a while, granted from outside the jail. */
export interface Exception {
  readonly id: string;
  readonly rule: string;
  /** RFC 3339. By the wall clock at the grant; the end itself is counted on a clock nobody can set. */
  readonly until: string;
}

export interface ExceptionsOptions {
  /** The template's layers, top first. */
  readonly layers: readonly PolicyDocument[];
  /** The same, compiled. */
  readonly base: CompiledPolicy;
  readonly recorder: Recorder;
  /** What every record carries. */
  readonly facts: Pick<NewRecord, 'actor' | 'workspace' | 'taskId'>;
  /** The policy in force changed. */
  readonly onChange: () => void;
}

/** Exceptions under way at once. */
export const MAX_EXCEPTIONS = 32;

/** `host:port`, as in `network.tcp`. */
const TCP_RULE = /^([^\s=/]+):(\d{1,5})$/;

interface Granted extends Exception {
  readonly layer: PolicyDocument;
  readonly record: NewRecord;
  readonly timer: NodeJS.Timeout;
}

/**
 * The policy in force: the template's layers, and below them one layer an exception. So every ceiling and every deny
 * above holds against it. An exception is recorded before it counts, and ends with its time or with the runtime.
 */
export class Exceptions {
  readonly #options: ExceptionsOptions;
  readonly #granted = new Map<string, Granted>();
  #policy: CompiledPolicy;

  constructor(options: ExceptionsOptions) {
    this.#options = options;
    this.#policy = options.base;
  }

  /** The policy in force now. */
  policy(): CompiledPolicy {
    return this.#policy;
  }

  list(): readonly Exception[] {
    return [...this.#granted.values()].map(({ id, rule, until }) => ({ id, rule, until }));
  }

  /** Throws EXCEPTION_NOT_PERMITTED, EXCEPTION_TOO_LONG, EXCEPTION_TOO_MANY, EXCEPTION_OUTSIDE_CEILING, POLICY_*, AUDIT_*. */
  async grant(rule: string, durationMs: number): Promise<Exception> {
    this.#requirePermission(durationMs);
    const id = randomUUID();
    const layer = layerOf(id, rule);
    this.#requireEffect(layer, rule);
    const until = new Date(Date.now() + durationMs).toISOString();
    const record: NewRecord = {
      ...this.#options.facts,
      id: newId(),
      kind: 'policy_change',
      phase: 'open',
      policy: { version: this.#options.base.version },
      data: { action: 'exception', target: rule, until, exceptionId: id },
    };
    await this.#options.recorder.record(record);
    const timer = setTimeout(() => void this.revoke(id), durationMs);
    timer.unref();
    this.#granted.set(id, { id, rule, until, layer, record, timer });
    this.#compile();
    return { id, rule, until };
  }

  /** Ends an exception before its time. False when there is none of this id. */
  async revoke(id: string): Promise<boolean> {
    const granted = this.#granted.get(id);
    if (granted === undefined) return false;
    clearTimeout(granted.timer);
    this.#granted.delete(id);
    this.#compile();
    await this.#recordEnd(granted);
    return true;
  }

  /** Ends all of them. */
  async close(): Promise<void> {
    await Promise.all([...this.#granted.keys()].map((id) => this.revoke(id)));
  }

  #compile(): void {
    const layers = [...this.#granted.values()].map(({ layer }) => layer);
    this.#policy = compilePolicy([...this.#options.layers, ...layers]);
    this.#options.onChange();
  }

  async #recordEnd({ record }: Granted): Promise<void> {
    const data = { ...record.data, ending: 'completed' };
    // It ended either way; a spool that cannot be written says so itself, and closes it at the next start.
    await this.#options.recorder.record({ ...record, phase: 'close', data }).catch(() => undefined);
  }

  #requirePermission(durationMs: number): void {
    const maxMinutes = this.#options.base.effective.firewall?.maxExceptionMinutes ?? 0;
    if (maxMinutes === 0)
      throw new AigovError('EXCEPTION_NOT_PERMITTED', 'the policy permits no exception', {
        remedy: 'Ask the owner of the policy to set firewall.maxExceptionMinutes.',
      });
    if (durationMs > maxMinutes * 60_000)
      throw new AigovError(
        'EXCEPTION_TOO_LONG',
        `${Math.ceil(durationMs / 60_000)} minutes; the policy permits ${maxMinutes}`,
        { remedy: `Ask for at most ${maxMinutes}m.`, at: '--for' },
      );
    if (this.#granted.size >= MAX_EXCEPTIONS)
      throw new AigovError('EXCEPTION_TOO_MANY', `${MAX_EXCEPTIONS} exceptions are under way`, {
        remedy: 'Wait for one to end, or end one with `aigov workspace revoke ID`.',
      });
  }

  /** A rule of which a ceiling leaves nothing would only look like a grant. */
  #requireEffect(layer: PolicyDocument, rule: string): void {
    const layers = [...this.#options.layers, layer];
    const policy = compilePolicy(layers); // throws what is wrong with the rule
    const refusal = tcpRefusal(policy, rule) ?? outsideCeiling(layers);
    if (refusal === undefined) return;
    const { message, remedy } = refusal;
    throw new AigovError('EXCEPTION_OUTSIDE_CEILING', message, { remedy, at: rule });
  }
}

interface Refusal {
  readonly message: string;
  readonly remedy: string;
}

function tcpRefusal(policy: CompiledPolicy, rule: string): Refusal | undefined {
  const [, host = '', port] = TCP_RULE.exec(rule) ?? [];
  if (port === undefined) return undefined;
  const decision = decideTcp(policy, { host, port: Number(port) });
  if (decision.effect === 'allow') return undefined;
  const { reason, layer = 'the policy', remedy } = decision;
  return { message: `${rule} stays denied: ${reason} in ${layer}`, remedy };
}

function outsideCeiling(layers: readonly PolicyDocument[]): Refusal | undefined {
  return policyWarnings(layers).find(
    ({ code, layer }) => code === 'POLICY_GRANT_OUTSIDE_CEILING' && layer === layers.length - 1,
  );
}

function layerOf(id: string, rule: string): PolicyDocument {
  const network = TCP_RULE.test(rule) ? { tcp: [rule] } : { allow: [rule] };
  return { apiVersion: 'aigov/v1', name: `exception-${id}`, network };
}

import { Token } from 'cdktf';
import type { IConstruct } from 'constructs';
import { AigovError, AigovErrors } from '../policy';

/** Collects what is wrong with the props of one construct, so that all of it is reported at once. */
export class PropFaults {
  readonly #faults: AigovError[] = [];

  /** @param owner the construct, or the name of a factory such as `AiGateway.server` */
  constructor(private readonly owner: IConstruct | string) {}

  /**
   * Notes a fault unless `holds`. A value known only when Terraform runs passes unchecked.
   * @param allowed what would be right, completing "allowed is …"
   */
  check(prop: string, value: unknown, holds: boolean, allowed: string, remedy: string): void {
    if (holds || isUnresolved(value)) return;
    const place = this.#place();
    const message = `${place}: ${prop} is ${shown(value)}; allowed is ${allowed}`;
    this.#faults.push(new AigovError('PROP_INVALID', message, { remedy, at: `${place}.${prop}` }));
  }

  /** @throws AigovErrors with every fault noted */
  throwIfAny(): void {
    if (this.#faults.length > 0) throw new AigovErrors(this.#faults);
  }

  #place(): string {
    if (typeof this.owner === 'string') return this.owner;
    return `${this.owner.constructor.name} "${this.owner.node.path}"`;
  }
}

function isUnresolved(value: unknown): boolean {
  return value !== undefined && Token.isUnresolved(value);
}

const MAX_SHOWN = 100;

/** The value as the author wrote it, cut to a readable length. Credentials in a URL are not repeated. */
function shown(value: unknown): string {
  if (value === undefined) return 'absent';
  const text = JSON.stringify(value) ?? typeof value;
  const safe = text.replaceAll(/\/\/[^/@\s]*@/g, '//***@');
  return safe.length > MAX_SHOWN ? `${safe.slice(0, MAX_SHOWN)}…` : safe;
}

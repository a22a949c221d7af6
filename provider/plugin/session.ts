import { AigovError } from '../../policy';
import { decodeValue, encodeValue } from './cty-codec';
import { parseJsonValue } from './cty-json';
import type { CtyType } from './cty-type';
import { isCtyObject, type CtyObject, type CtyValue } from './cty-value';
import type { HandlerContext, ProviderDefinition } from './definition';
import { diagnosticToWire, diagnosticsOf, type Diagnostic } from './diagnostics';
import type { Log } from './log';

/** DynamicValue of tfplugin6. */
export interface WireValue {
  readonly msgpack?: Uint8Array;
  readonly json?: Uint8Array;
}

/** One plugin process: the definition, what `configure` made, and the stop signal. */
export interface Session<Client> {
  readonly definition: ProviderDefinition<Client>;
  readonly log: Log;
  readonly stop: AbortController;
  client: Client | undefined;
}

/** One RPC as a function from request to response. Diagnostics are added by `answering`. */
export type Handler = (request: never) => Promise<object>;

/** Runs one handler: what it throws or warns becomes diagnostics beside its answer. */
export async function answering<Client>(
  session: Session<Client>,
  run: (context: HandlerContext<Client>) => Promise<object> | object,
): Promise<object> {
  const warnings: Diagnostic[] = [];
  const { client, log, stop } = session;
  const warn = (fact: Omit<Diagnostic, 'severity'>) =>
    void warnings.push({ severity: 'warning', ...fact });
  const toWire = (all: readonly Diagnostic[]) => all.map(diagnosticToWire);
  try {
    const answer = await run({ client, log, signal: stop.signal, warn });
    return { ...answer, diagnostics: toWire(warnings) };
  } catch (error) {
    if (!AigovError.is(error)) log('error', 'handler failed', { stack: stackOf(error) });
    return { diagnostics: toWire([...warnings, ...diagnosticsOf(error)]) };
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

export function toWireValue(value: CtyValue, type: CtyType): WireValue {
  return { msgpack: encodeValue(value, type) };
}

export function fromWireValue(wire: WireValue | null | undefined, type: CtyType): CtyValue {
  if (wire?.msgpack !== undefined && wire.msgpack.length > 0)
    return decodeValue(wire.msgpack, type);
  const json = wire?.json ?? new Uint8Array();
  return json.length === 0 ? null : parseJsonValue(Buffer.from(json).toString('utf8'), type);
}

export function objectFromWire(wire: WireValue | null | undefined, type: CtyType): CtyObject {
  const value = fromWireValue(wire, type);
  return isCtyObject(value) ? value : {};
}

/** The definition under a name Terraform sent. */
export function definedAs<T>(all: Readonly<Record<string, T>> | undefined, name: string): T {
  const found = all !== undefined && Object.hasOwn(all, name) ? all[name] : undefined;
  if (found !== undefined) return found;
  throw new AigovError('PROVIDER_TYPE_UNKNOWN', `this provider has no "${name}"`, {
    remedy: 'Run `terraform init -upgrade`: the schema in use is of another version.',
  });
}

/** Throws the errors among them, passes the warnings on. */
export function raise(
  found: readonly Diagnostic[] | undefined,
  context: Pick<HandlerContext<unknown>, 'warn'>,
): object[] {
  for (const { severity, ...fact } of found ?? []) if (severity === 'warning') context.warn(fact);
  return (found ?? []).filter((fact) => fact.severity === 'error').map(diagnosticToWire);
}

import type { CtyType } from './cty-type';
import type { CtyObject, CtyValue } from './cty-value';
import type { Diagnostic } from './diagnostics';
import type { Log } from './log';
import type { PlanRules } from './planner';
import type { Schema } from './schema';

type MaybePromise<T> = T | Promise<T>;

/** What every handler gets. */
export interface HandlerContext<Client> {
  /** What `configure` returned; undefined before that, e.g. while Terraform only validates. */
  readonly client: Client | undefined;
  /** Aborts when Terraform asks the provider to stop. Finish or give up soon, and return what is true by then. */
  readonly signal: AbortSignal;
  readonly log: Log;
  /** Shows a warning with this answer. */
  readonly warn: (diagnostic: Omit<Diagnostic, 'severity'>) => void;
}

/**
 * One Terraform provider as data. Handlers throw AigovError (or AigovErrors) to refuse: code, remedy and `at` (an
 * attribute path) become the diagnostic a person sees.
 */
export interface ProviderDefinition<Client = unknown> {
  readonly schema: Schema;
  validate?(config: CtyObject): readonly Diagnostic[];
  configure(config: CtyObject, context: HandlerContext<Client>): MaybePromise<Client>;
  readonly resources: Readonly<Record<string, ResourceDefinition<Client>>>;
  readonly dataSources: Readonly<Record<string, DataSourceDefinition<Client>>>;
  readonly functions?: Readonly<Record<string, FunctionDefinition>>;
  readonly ephemeral?: Readonly<Record<string, EphemeralDefinition<Client>>>;
}

/** The two sides of a change that apply makes. `config` alone holds write-only values. */
export interface ApplyRequest {
  readonly config: CtyObject;
  readonly planned: CtyObject;
}

export interface ResourceDefinition<Client = unknown> {
  readonly schema: Schema;
  readonly planning?: PlanRules;
  /** Checks a configuration whose parts may be unknown. */
  validate?(config: CtyObject): readonly Diagnostic[];
  /** Adjusts the generic plan of a create or update, or throws to refuse it. */
  plan?(
    change: { config: CtyObject; prior: CtyObject | null; planned: CtyObject },
    context: HandlerContext<Client>,
  ): MaybePromise<CtyObject>;
  /** The object as it is now; null when it is gone. */
  read(state: CtyObject, context: HandlerContext<Client>): MaybePromise<CtyObject | null>;
  /** Creates it and returns all of its state, no part unknown. */
  create(request: ApplyRequest, context: HandlerContext<Client>): MaybePromise<CtyObject>;
  /** Absent: every change replaces (give `planning.replaceOn: 'any'`). */
  update?(
    request: ApplyRequest & { readonly prior: CtyObject },
    context: HandlerContext<Client>,
  ): MaybePromise<CtyObject>;
  delete(state: CtyObject, context: HandlerContext<Client>): MaybePromise<void>;
  /** Finds an existing object by its import id; null when there is none. */
  import?(id: string, context: HandlerContext<Client>): MaybePromise<CtyObject | null>;
  /** Brings state of an older schema version to the current one; gets the parsed JSON, long integers as text. */
  upgrade?(state: unknown, version: number): unknown;
}

export interface DataSourceDefinition<Client = unknown> {
  readonly schema: Schema;
  validate?(config: CtyObject): readonly Diagnostic[];
  read(config: CtyObject, context: HandlerContext<Client>): MaybePromise<CtyObject>;
}

export interface FunctionDefinition {
  readonly summary: string;
  readonly description?: string;
  readonly parameters: readonly FunctionParameter[];
  readonly variadicParameter?: FunctionParameter;
  readonly returns: CtyType;
  /** Pure: Terraform calls it in a process of its own that is never configured. */
  call(args: readonly CtyValue[]): CtyValue;
}

export interface FunctionParameter {
  readonly name: string;
  readonly type: CtyType;
  readonly description?: string;
  readonly allowsNull?: boolean;
}

export interface EphemeralDefinition<Client = unknown> {
  readonly schema: Schema;
  validate?(config: CtyObject): readonly Diagnostic[];
  open(config: CtyObject, context: HandlerContext<Client>): MaybePromise<OpenedEphemeral>;
  renew?(privateData: Uint8Array, context: HandlerContext<Client>): MaybePromise<Renewed>;
  close?(privateData: Uint8Array, context: HandlerContext<Client>): MaybePromise<void>;
}

export interface Renewed {
  /** When Terraform should call `renew`. @default - never */
  readonly renewAt?: Date;
  /** Handed back to `renew` and `close`. */
  readonly privateData?: Uint8Array;
}

export interface OpenedEphemeral extends Renewed {
  readonly result: CtyObject;
}

import { randomUUID } from 'node:crypto';
import {
  containsUnknown,
  type ApplyRequest,
  type CtyObject,
  type DataSourceDefinition,
  type Diagnostic,
  type HandlerContext,
  type PlanRules,
  type ProviderDefinition,
  type ProviderSchemas,
  type ResourceDefinition,
  type Schema,
} from '../../provider/plugin';
import { fillUnknown } from './fill-computed';

type Warn = (fact: Omit<Diagnostic, 'severity'>) => void;

/** What the real resource does beside storing what it is given. */
export interface ResourceBehaviour {
  readonly planning?: PlanRules;
  readonly validate?: (config: CtyObject) => readonly Diagnostic[];
  /** Throws to refuse at plan. */
  readonly check?: (change: {
    config: CtyObject;
    prior: CtyObject | null;
    planned: CtyObject;
  }) => void;
  /** Computed attributes of a new object, as far as they mean something. Throws to refuse at apply. */
  readonly create?: (planned: CtyObject, warn: Warn) => CtyObject;
  /** What a refresh finds changed. */
  readonly refresh?: (state: CtyObject) => CtyObject;
}

export interface DataSourceBehaviour {
  readonly validate?: (config: CtyObject) => readonly Diagnostic[];
  readonly read: (config: CtyObject) => CtyObject;
}

export interface Behaviours {
  readonly resources?: Readonly<Record<string, ResourceBehaviour>>;
  readonly dataSources?: Readonly<Record<string, DataSourceBehaviour>>;
  readonly validate?: (config: CtyObject) => readonly Diagnostic[];
}

/** A stand-in's resource: like any, but it answers at once. */
export interface StandInResource extends ResourceDefinition<null> {
  plan(change: { config: CtyObject; prior: CtyObject | null; planned: CtyObject }): CtyObject;
  read(state: CtyObject): CtyObject;
  create(request: ApplyRequest, context: HandlerContext<null>): CtyObject;
}

export interface StandInDataSource extends DataSourceDefinition<null> {
  read(config: CtyObject): CtyObject;
}

export interface StandInProvider extends ProviderDefinition<null> {
  readonly resources: Readonly<Record<string, StandInResource>>;
  readonly dataSources: Readonly<Record<string, StandInDataSource>>;
}

/**
 * A provider that has the real one's schema and touches nothing: it stores what it is given and makes up what the
 * schema says is computed, unless a behaviour knows better.
 */
export function createStandIn(
  schemas: ProviderSchemas,
  behaviours: Behaviours = {},
): StandInProvider {
  const { dataSources = {}, resources = {}, validate } = behaviours;
  return {
    schema: schemas.provider,
    ...(validate === undefined ? {} : { validate }),
    configure: () => null,
    resources: mapEntries(schemas.resource_schemas, (name, schema) =>
      standInResource(name, schema, resources[name] ?? {}),
    ),
    dataSources: mapEntries(schemas.data_source_schemas, (name, schema) =>
      standInDataSource(name, schema, dataSources[name]),
    ),
  };
}

function mapEntries<T>(
  all: Readonly<Record<string, Schema>> | undefined,
  map: (name: string, schema: Schema) => T,
): Record<string, T> {
  return Object.fromEntries(
    Object.entries(all ?? {}).map(([name, schema]) => [name, map(name, schema)]),
  );
}

function standInResource(
  name: string,
  schema: Schema,
  behaviour: ResourceBehaviour,
): StandInResource {
  const { check, create, planning, refresh, validate } = behaviour;
  const make = (planned: CtyObject, context: HandlerContext<null>) => {
    const id = randomUUID();
    const made = { ...withId(planned, id), ...create?.(planned, context.warn) };
    return fillUnknown(settle(planned, made), schema.block, name);
  };
  return {
    schema,
    ...(planning === undefined ? {} : { planning }),
    ...(validate === undefined ? {} : { validate }),
    plan: (change) => {
      check?.(change);
      return change.planned;
    },
    read: (state) => ({ ...state, ...refresh?.(state) }),
    create: ({ planned }, context) => make(planned, context),
    update: ({ planned, prior }) =>
      fillUnknown({ ...planned, id: prior['id'] ?? null }, schema.block, name),
    delete: () => undefined,
  };
}

/** What was planned as known stays, whatever the behaviour says: Terraform holds providers to that. */
function settle(planned: CtyObject, made: CtyObject): CtyObject {
  const open = Object.entries(made).filter(([name]) => containsUnknown(planned[name] ?? null));
  return { ...planned, ...Object.fromEntries(open) };
}

function withId(planned: CtyObject, id: string): CtyObject {
  return typeof planned['id'] === 'string' ? {} : { id };
}

function standInDataSource(
  name: string,
  schema: Schema,
  behaviour: DataSourceBehaviour | undefined,
): StandInDataSource {
  const madeUp = (config: CtyObject): CtyObject => ({ ...config, id: config['id'] ?? name });
  const read = behaviour?.read ?? madeUp;
  return {
    schema,
    ...(behaviour?.validate === undefined ? {} : { validate: behaviour.validate }),
    read: (config) => fillUnknown({ ...config, ...read(config) }, schema.block, name),
  };
}

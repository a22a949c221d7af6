import { AigovError } from '../../policy';
import { parseJsonExactly, parseJsonValue } from './cty-json';
import { findUnknown, isCtyObject, type CtyObject } from './cty-value';
import type { HandlerContext, ResourceDefinition } from './definition';
import { planChange } from './planner';
import { typeOfBlock } from './schema';
import {
  answering,
  definedAs,
  fromWireValue,
  objectFromWire,
  toWireValue,
  type Handler,
  type Session,
  type WireValue,
} from './session';

interface Named {
  readonly type_name: string;
}
type ReadRequest = Named & { current_state: WireValue; private: Uint8Array };
type UpgradeRequest = Named & { version: number; raw_state: { json: Uint8Array } };
type ImportRequest = Named & { id: string };
type PlanRequest = Named & {
  prior_state: WireValue;
  proposed_new_state: WireValue;
  config: WireValue;
  prior_private: Uint8Array;
};
type ApplyWireRequest = Named & {
  prior_state: WireValue;
  planned_state: WireValue;
  config: WireValue;
  planned_private: Uint8Array;
};

/** The managed-resource part of the service. */
export function resourceHandlers<Client>(session: Session<Client>): Record<string, Handler> {
  const find = (name: string) => definedAs(session.definition.resources, name);
  const handle =
    <Request extends Named>(
      run: (
        resource: ResourceDefinition<Client>,
        request: Request,
        context: HandlerContext<Client>,
      ) => Promise<object> | object,
    ) =>
    (request: Request) =>
      answering(session, (context) => run(find(request.type_name), request, context));
  return {
    UpgradeResourceState: handle<UpgradeRequest>(upgradeState),
    ReadResource: handle<ReadRequest>(readResource),
    PlanResourceChange: handle<PlanRequest>(planResource),
    ApplyResourceChange: handle<ApplyWireRequest>(applyResource),
    ImportResourceState: handle<ImportRequest>(importResource),
  };
}

/** Comes as JSON on every refresh, at the same version too. */
function upgradeState<Client>(
  resource: ResourceDefinition<Client>,
  request: UpgradeRequest,
): object {
  const type = typeOfBlock(resource.schema.block);
  const text = Buffer.from(request.raw_state.json).toString('utf8');
  const isOlder = request.version < resource.schema.version && resource.upgrade !== undefined;
  const current = isOlder
    ? JSON.stringify(resource.upgrade?.(parseJsonExactly(text), request.version))
    : text;
  return { upgraded_state: toWireValue(parseJsonValue(current, type), type) };
}

async function readResource<Client>(
  resource: ResourceDefinition<Client>,
  request: ReadRequest,
  context: HandlerContext<Client>,
): Promise<object> {
  const type = typeOfBlock(resource.schema.block);
  const state = fromWireValue(request.current_state, type);
  const found = isCtyObject(state) ? await resource.read(state, context) : null;
  return { new_state: toWireValue(found, type), private: request.private };
}

async function planResource<Client>(
  resource: ResourceDefinition<Client>,
  request: PlanRequest,
  context: HandlerContext<Client>,
): Promise<object> {
  const { block } = resource.schema;
  const type = typeOfBlock(block);
  const proposed = fromWireValue(request.proposed_new_state, type);
  if (!isCtyObject(proposed)) return { planned_state: toWireValue(null, type) };
  const priorValue = fromWireValue(request.prior_state, type);
  const prior = isCtyObject(priorValue) ? priorValue : null;
  const config = objectFromWire(request.config, type);
  const rules = resource.planning;
  const change = planChange({ block, config, prior, proposed, ...(rules ? { rules } : {}) });
  const { planned, replacedBy } = change;
  const adjusted = (await resource.plan?.({ config, prior, planned }, context)) ?? planned;
  return {
    planned_state: toWireValue(adjusted, type),
    requires_replace: replacedBy.map((name) => ({ steps: [{ attribute_name: name }] })),
    planned_private: request.prior_private,
  };
}

async function applyResource<Client>(
  resource: ResourceDefinition<Client>,
  request: ApplyWireRequest,
  context: HandlerContext<Client>,
): Promise<object> {
  const type = typeOfBlock(resource.schema.block);
  const prior = fromWireValue(request.prior_state, type);
  const planned = fromWireValue(request.planned_state, type);
  if (!isCtyObject(planned)) {
    if (isCtyObject(prior)) await resource.delete(prior, context);
    return { new_state: toWireValue(null, type) };
  }
  const config = objectFromWire(request.config, type);
  const state = isCtyObject(prior)
    ? await requireUpdate(resource, request.type_name)({ config, planned, prior }, context)
    : await resource.create({ config, planned }, context);
  requireKnown(state, request.type_name);
  return { new_state: toWireValue(state, type), private: request.planned_private };
}

function requireUpdate<Client>(resource: ResourceDefinition<Client>, name: string) {
  if (resource.update !== undefined) return resource.update.bind(resource);
  throw new AigovError('PROVIDER_UPDATE_MISSING', `${name} cannot be changed in place`, {
    remedy: 'Report this: the resource must plan a replacement.',
  });
}

function requireKnown(state: CtyObject, name: string): void {
  const at = findUnknown(state);
  if (at === undefined) return;
  throw new AigovError('PROVIDER_RESULT_UNKNOWN', `${name} left ${at} unknown after apply`, {
    remedy: 'Report this: every attribute must be known once the object exists.',
    at,
  });
}

async function importResource<Client>(
  resource: ResourceDefinition<Client>,
  request: ImportRequest,
  context: HandlerContext<Client>,
): Promise<object> {
  const { id, type_name } = request;
  const refuse = (message: string, remedy: string) =>
    new AigovError('PROVIDER_IMPORT_IMPOSSIBLE', message, { remedy });
  if (resource.import === undefined)
    throw refuse(`${type_name} cannot be imported`, 'Create it with Terraform instead.');
  const state = await resource.import(id, context);
  if (state === null) throw refuse(`there is no ${type_name} "${id}"`, 'Check the id.');
  const wire = toWireValue(state, typeOfBlock(resource.schema.block));
  return { imported_resources: [{ type_name, state: wire }] };
}

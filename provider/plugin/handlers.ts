import type { CtyObject } from './cty-value';
import type { Diagnostic } from './diagnostics';
import { readHandlers } from './handlers-read';
import { resourceHandlers } from './handlers-resource';
import { describeProvider, nameProviderParts } from './handlers-schema';
import { functionToWire } from './schema-wire';
import { typeOfBlock, type Schema } from './schema';
import {
  answering,
  definedAs,
  objectFromWire,
  raise,
  type Handler,
  type Session,
  type WireValue,
} from './session';

interface Validated {
  readonly schema: Schema;
  validate?(config: CtyObject): readonly Diagnostic[];
}
interface ConfigRequest {
  readonly type_name: string;
  readonly config: WireValue;
}

/** Every RPC of tfplugin6.Provider, by name. */
export function providerHandlers<Client>(session: Session<Client>): Record<string, Handler> {
  const { definition } = session;
  const validating = (find: (request: ConfigRequest) => Validated) => (request: ConfigRequest) =>
    validated(session, find, request);
  return {
    GetMetadata: async () => nameProviderParts(definition),
    GetProviderSchema: async () => describeProvider(definition),
    GetFunctions: async () => ({
      functions: Object.fromEntries(
        Object.entries(definition.functions ?? {}).map(([name, f]) => [name, functionToWire(f)]),
      ),
    }),
    ValidateProviderConfig: validating(() => definition),
    ValidateResourceConfig: validating((r) => definedAs(definition.resources, r.type_name)),
    ValidateDataResourceConfig: validating((r) => definedAs(definition.dataSources, r.type_name)),
    ValidateEphemeralResourceConfig: validating((r) =>
      definedAs(definition.ephemeral, r.type_name),
    ),
    ConfigureProvider: (request: ConfigRequest) =>
      answering(session, async (context) => {
        const config = objectFromWire(request.config, typeOfBlock(definition.schema.block));
        session.client = await definition.configure(config, context);
        return {};
      }),
    ...resourceHandlers(session),
    ...readHandlers(session),
    StopProvider: async () => {
      session.stop.abort();
      return { Error: '' };
    },
  };
}

async function validated<Client>(
  session: Session<Client>,
  find: (request: ConfigRequest) => Validated,
  request: ConfigRequest,
): Promise<object> {
  let errors: object[] = [];
  const answer = await answering(session, (context) => {
    const target = find(request);
    const config = objectFromWire(request.config, typeOfBlock(target.schema.block));
    errors = raise(target.validate?.(config), context);
    return {};
  });
  const { diagnostics } = answer as { diagnostics: object[] };
  return { diagnostics: [...diagnostics, ...errors] };
}

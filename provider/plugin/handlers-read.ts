import { diagnosticsOf } from './diagnostics';
import type { FunctionDefinition, Renewed } from './definition';
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

interface ConfigRequest {
  readonly type_name: string;
  readonly config: WireValue;
}
interface PrivateRequest {
  readonly type_name: string;
  readonly private?: Uint8Array;
}

/** Data sources, ephemeral resources and functions. */
export function readHandlers<Client>(session: Session<Client>): Record<string, Handler> {
  const { definition } = session;
  return {
    ReadDataSource: (request: ConfigRequest) =>
      answering(session, async (context) => {
        const source = definedAs(definition.dataSources, request.type_name);
        const type = typeOfBlock(source.schema.block);
        const state = await source.read(objectFromWire(request.config, type), context);
        return { state: toWireValue(state, type) };
      }),
    OpenEphemeralResource: (request: ConfigRequest) =>
      answering(session, async (context) => {
        const ephemeral = definedAs(definition.ephemeral, request.type_name);
        const type = typeOfBlock(ephemeral.schema.block);
        const opened = await ephemeral.open(objectFromWire(request.config, type), context);
        return { result: toWireValue(opened.result, type), ...renewalToWire(opened) };
      }),
    RenewEphemeralResource: (request: PrivateRequest) =>
      answering(session, async (context) => {
        const ephemeral = definedAs(definition.ephemeral, request.type_name);
        const renewed = await ephemeral.renew?.(request.private ?? new Uint8Array(), context);
        return renewalToWire(renewed ?? {});
      }),
    CloseEphemeralResource: (request: PrivateRequest) =>
      answering(session, async (context) => {
        const ephemeral = definedAs(definition.ephemeral, request.type_name);
        await ephemeral.close?.(request.private ?? new Uint8Array(), context);
        return {};
      }),
    CallFunction: async (request: { name: string; arguments: readonly WireValue[] }) =>
      callFunction(definedAs(definition.functions, request.name), request.arguments),
  };
}

function renewalToWire({ privateData, renewAt }: Renewed): object {
  const instant = renewAt === undefined ? undefined : renewAt.getTime();
  return {
    ...(privateData === undefined ? {} : { private: privateData }),
    ...(instant === undefined
      ? {}
      : { renew_at: { seconds: Math.floor(instant / 1000), nanos: (instant % 1000) * 1e6 } }),
  };
}

const ARGUMENT = /^argument\[(\d+)\]/;

/** A function refuses with an AigovError whose `at` is `argument[N]`. */
function callFunction(definition: FunctionDefinition, wires: readonly WireValue[]): object {
  try {
    const args = wires.map((wire, index) =>
      fromWireValue(
        wire,
        (definition.parameters[index] ?? definition.variadicParameter)?.type ?? 'dynamic',
      ),
    );
    return { result: toWireValue(definition.call(args), definition.returns) };
  } catch (error) {
    const [first] = diagnosticsOf(error);
    const argument = ARGUMENT.exec(first?.at ?? '')?.[1];
    const text = `${first?.message ?? ''}. ${first?.remedy ?? ''} (${first?.code ?? ''})`;
    return {
      error: { text, ...(argument === undefined ? {} : { function_argument: Number(argument) }) },
    };
  }
}

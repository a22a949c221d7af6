import {
  makeClientConstructor,
  type MethodDefinition,
  type ServiceClientConstructor,
} from '@grpc/grpc-js';
import {
  Root,
  type IConversionOptions,
  type INamespace,
  type Method,
  type Type,
} from 'protobufjs/light';
import { goPluginProtocol } from './go-plugin-protocol';
import tfplugin6 from './protocol/tfplugin6.generated.json';

const NAMES = [
  'tfplugin6.Provider',
  'plugin.GRPCController',
  'plugin.GRPCStdio',
  'grpc.health.v1.Health',
] as const;

export type ServiceName = (typeof NAMES)[number];

/** Messages as plain objects: every field present, enums by name. No number of this protocol needs 64 bits. */
const CONVERSION: IConversionOptions = {
  longs: Number,
  enums: String,
  defaults: true,
  oneofs: true,
};

/**
 * The services of one plugin, for server and client alike. Made from protobufjs directly: @grpc/proto-loader also
 * computes descriptors for reflection, which costs every start of every provider process.
 */
export function loadServices(): Readonly<Record<ServiceName, ServiceClientConstructor>> {
  const root = Root.fromJSON(tfplugin6 as INamespace).addJSON(
    goPluginProtocol as unknown as NonNullable<INamespace['nested']>,
  );
  root.resolveAll();
  const load = (name: ServiceName) => {
    const methods = root
      .lookupService(name)
      .methodsArray.map((method) => [
        method.name,
        methodDefinition(`/${name}/${method.name}`, method),
      ]);
    return makeClientConstructor(Object.fromEntries(methods), name);
  };
  return Object.fromEntries(NAMES.map((name) => [name, load(name)])) as Record<
    ServiceName,
    ServiceClientConstructor
  >;
}

function methodDefinition(path: string, method: Method): MethodDefinition<object, object> {
  const request = codec(method.resolvedRequestType);
  const response = codec(method.resolvedResponseType);
  return {
    path,
    requestStream: method.requestStream ?? false,
    responseStream: method.responseStream ?? false,
    requestSerialize: request.serialize,
    requestDeserialize: request.deserialize,
    responseSerialize: response.serialize,
    responseDeserialize: response.deserialize,
  };
}

function codec(type: Type | null) {
  if (type === null) throw new Error('the protocol description is incomplete');
  return {
    serialize: (value: object) => Buffer.from(type.encode(type.fromObject(value)).finish()),
    deserialize: (bytes: Buffer): object => type.toObject(type.decode(bytes), CONVERSION),
  };
}

import {
  loadPackageDefinition,
  Server,
  status,
  type handleServerStreamingCall,
  type handleUnaryCall,
  type ServiceClientConstructor,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { fromJSON, type Options } from '@grpc/proto-loader';
import { goPluginProtocol, HEALTH_SERVING } from './go-plugin-protocol';
import type { Handler } from './session';
import tfplugin6 from './protocol/tfplugin6.generated.json';

/** A template's files can be large: 64 MiB instead of gRPC's 4. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
const OPTIONS: Options = {
  keepCase: true,
  longs: Number,
  enums: String,
  defaults: true,
  oneofs: true,
};

/** The services of one plugin, by full name, for server and client alike. Costs 40 ms: call it once. */
export function loadServices(): Readonly<Record<string, ServiceClientConstructor>> {
  const loaded = loadPackageDefinition({
    ...fromJSON(tfplugin6 as Parameters<typeof fromJSON>[0], OPTIONS),
    ...fromJSON(goPluginProtocol, OPTIONS),
  });
  const at = (path: string) =>
    path.split('.').reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], loaded);
  const names = [
    'tfplugin6.Provider',
    'plugin.GRPCController',
    'plugin.GRPCStdio',
    'grpc.health.v1.Health',
  ];
  return Object.fromEntries(names.map((name) => [name, at(name) as ServiceClientConstructor]));
}

/** A gRPC method from a plain function. A thrown error becomes gRPC status INTERNAL: Terraform shows it. */
function unary(handler: Handler): handleUnaryCall<unknown, unknown> {
  return (call, callback) => {
    handler(call.request as never).then(
      (answer) => callback(null, answer),
      (error: unknown) => callback({ code: status.INTERNAL, details: String(error) }),
    );
  };
}

/**
 * The gRPC server of a plugin, not yet bound: the provider, and what go-plugin wants beside it. `onShutdown` is
 * called once the answer to Shutdown is on its way.
 */
export function createPluginServer(
  handlers: Readonly<Record<string, Handler>>,
  onShutdown: () => void,
): Server {
  const server = new Server({
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
  });
  const provider: UntypedServiceImplementation = Object.fromEntries(
    Object.entries(handlers).map(([name, handler]) => [name, unary(handler)]),
  );
  const implementations: Readonly<Record<string, UntypedServiceImplementation>> = {
    'tfplugin6.Provider': provider,
    'grpc.health.v1.Health': { Check: unary(async () => ({ status: HEALTH_SERVING })) },
    'plugin.GRPCStdio': { StreamStdio: neverWrites },
    'plugin.GRPCController': {
      Shutdown: unary(async () => {
        onShutdown();
        return {};
      }),
    },
  };
  for (const [name, { service }] of Object.entries(loadServices())) {
    server.addService(service, implementations[name] ?? {});
  }
  return server;
}

/** We print nothing to stdout; the stream stays open until the process ends. */
const neverWrites: handleServerStreamingCall<unknown, unknown> = () => undefined;

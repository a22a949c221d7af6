import {
  Server,
  status,
  type handleServerStreamingCall,
  type handleUnaryCall,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { HEALTH_SERVING } from './go-plugin-protocol';
import type { Handler } from './session';
import { loadServices, type ServiceName } from './services';

/** A template's files can be large: 64 MiB instead of gRPC's 4. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

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
  const implementations: Readonly<Record<ServiceName, UntypedServiceImplementation>> = {
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
  const services = loadServices();
  for (const name of Object.keys(implementations) as ServiceName[]) {
    server.addService(services[name].service, implementations[name]);
  }
  return server;
}

/** We print nothing to stdout; the stream stays open until the process ends. */
const neverWrites: handleServerStreamingCall<unknown, unknown> = () => undefined;

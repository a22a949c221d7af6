/**
 * The services go-plugin itself expects beside the provider's, as protobufjs JSON. Without GRPCController every
 * Terraform command waits 2 s for each plugin process. Source: hashicorp/go-plugin internal/plugin/*.proto.
 */
export const goPluginProtocol = {
  plugin: {
    nested: {
      Empty: { fields: {} },
      StdioData: {
        fields: { channel: { type: 'int32', id: 1 }, data: { type: 'bytes', id: 2 } },
      },
      GRPCController: {
        methods: { Shutdown: { requestType: 'Empty', responseType: 'Empty' } },
      },
      GRPCStdio: {
        methods: {
          StreamStdio: { requestType: 'Empty', responseType: 'StdioData', responseStream: true },
        },
      },
    },
  },
  grpc: {
    nested: {
      health: {
        nested: {
          v1: {
            nested: {
              HealthCheckRequest: { fields: { service: { type: 'string', id: 1 } } },
              HealthCheckResponse: { fields: { status: { type: 'int32', id: 1 } } },
              Health: {
                methods: {
                  Check: {
                    requestType: 'HealthCheckRequest',
                    responseType: 'HealthCheckResponse',
                  },
                },
              },
            },
          },
        },
      },
    },
  },
} as const;

/** `SERVING` of grpc.health.v1. */
export const HEALTH_SERVING = 1;

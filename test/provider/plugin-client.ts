import { PassThrough } from 'node:stream';
import { credentials, type Client } from '@grpc/grpc-js';
import { X509Certificate } from 'node:crypto';
import {
  createServerCertificate,
  decodeValue,
  encodeValue,
  loadServices,
  serveProvider,
  typeOfBlock,
  type CtyObject,
  type CtyValue,
  type ProviderDefinition,
  type Schema,
  type ServiceName,
} from '../../provider/plugin';
import { scratch } from '../emulator/stand-in-bundle';

export const MAGIC_COOKIE = {
  TF_PLUGIN_MAGIC_COOKIE: 'd602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2',
};

export interface WireDiagnostic {
  readonly severity: string;
  readonly summary: string;
  readonly detail: string;
  readonly attribute?: { readonly steps: readonly object[] } | null;
}

/** The handshake line in its parts; the certificate as PEM. */
export function parseHandshake(line: string) {
  const [core, protocol, network, address = '', transport, certificate = ''] = line
    .trim()
    .split('|');
  const pem =
    certificate === ''
      ? undefined
      : new X509Certificate(Buffer.from(certificate, 'base64')).toString();
  return { core, protocol, network, address, transport, pem };
}

/** Terraform's side of the protocol: mutual TLS over the plugin's socket. */
export function connect(line: string, identity: ReturnType<typeof createServerCertificate>) {
  const { address, pem = '' } = parseHandshake(line);
  const options = {
    'grpc.ssl_target_name_override': 'localhost',
    'grpc.default_authority': 'localhost',
    'grpc.max_receive_message_length': -1,
  };
  const secure = credentials.createSsl(
    Buffer.from(pem),
    Buffer.from(identity.privateKeyPem),
    Buffer.from(identity.certificatePem),
  );
  const clients: Client[] = [];
  const services = loadServices();
  const clientOf = (service: ServiceName): Client => {
    const client = new services[service](`unix://${address}`, secure, options);
    clients.push(client);
    return client;
  };
  const provider = clientOf('tfplugin6.Provider');
  return {
    call: <Answer>(method: string, request: object = {}) =>
      invoke<Answer>(provider, method, request),
    callOther: <Answer>(service: ServiceName, method: string) =>
      invoke<Answer>(clientOf(service), method, {}),
    close: () => clients.forEach((client) => client.close()),
  };
}

function invoke<Answer>(client: Client, method: string, request: object): Promise<Answer> {
  const methods = client as unknown as Record<
    string,
    (request: object, done: (error: Error | null, answer: Answer) => void) => void
  >;
  return new Promise((resolve, reject) => {
    methods[method]?.call(client, request, (error, answer) =>
      error === null ? resolve(answer) : reject(error),
    );
  });
}

/** Serves a provider in this process, to a client of this process, over a real socket with mutual TLS. */
export async function serveToClient<T>(definition: ProviderDefinition<T>) {
  const folder = scratch('plugin');
  const identity = createServerCertificate();
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const running = await serveProvider(definition, {
    environment: {
      ...MAGIC_COOKIE,
      PLUGIN_CLIENT_CERT: identity.certificatePem,
      PLUGIN_UNIX_SOCKET_DIR: folder.path,
    },
    stdout,
    stderr,
    name: 'example',
  });
  const line = String(stdout.read());
  const client = connect(line, identity);
  return {
    ...client,
    line,
    finished: running?.finished,
    log: () => String(stderr.read() ?? ''),
    [Symbol.asyncDispose]: async () => {
      client.close();
      await running?.close();
      folder[Symbol.dispose]();
    },
  };
}

/** One resource type as Terraform talks about it: values in, values and diagnostics out. */
export function speak(
  client: Pick<ReturnType<typeof connect>, 'call'>,
  name: string,
  schema: Schema,
) {
  const type = typeOfBlock(schema.block);
  const wire = (value: CtyValue) => ({ msgpack: encodeValue(value, type) });
  const value = (answer: { msgpack: Uint8Array } | null) =>
    answer === null ? null : (decodeValue(answer.msgpack, type) as CtyObject | null);
  type State = { msgpack: Uint8Array } | null;
  return {
    validate: async (config: CtyObject) =>
      (
        await client.call<{ diagnostics: WireDiagnostic[] }>('ValidateResourceConfig', {
          type_name: name,
          config: wire(config),
        })
      ).diagnostics,
    plan: async (prior: CtyObject | null, proposed: CtyObject | null, config: CtyObject | null) => {
      const answer = await client.call<{
        planned_state: State;
        requires_replace: { steps: { attribute_name: string }[] }[];
        diagnostics: WireDiagnostic[];
      }>('PlanResourceChange', {
        type_name: name,
        prior_state: wire(prior),
        proposed_new_state: wire(proposed),
        config: wire(config),
      });
      const replace = answer.requires_replace.map(({ steps }) => steps[0]?.attribute_name);
      return { planned: value(answer.planned_state), replace, diagnostics: answer.diagnostics };
    },
    apply: async (prior: CtyObject | null, planned: CtyObject | null, config: CtyObject | null) => {
      const answer = await client.call<{ new_state: State; diagnostics: WireDiagnostic[] }>(
        'ApplyResourceChange',
        {
          type_name: name,
          prior_state: wire(prior),
          planned_state: wire(planned),
          config: wire(config),
        },
      );
      return { state: value(answer.new_state), diagnostics: answer.diagnostics };
    },
    read: async (state: CtyObject) =>
      value(
        (
          await client.call<{ new_state: State }>('ReadResource', {
            type_name: name,
            current_state: wire(state),
          })
        ).new_state,
      ),
    upgrade: async (version: number, json: string) =>
      value(
        (
          await client.call<{ upgraded_state: State }>('UpgradeResourceState', {
            type_name: name,
            version,
            raw_state: { json: Buffer.from(json) },
          })
        ).upgraded_state,
      ),
  };
}

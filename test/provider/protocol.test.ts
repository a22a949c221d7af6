import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { createSecureContext } from 'node:tls';
import {
  createServerCertificate,
  encodeValue,
  decodeValue,
  serveProvider,
  UNKNOWN,
  type CtyObject,
  type Schema,
} from '../../provider/plugin';
import { scratch } from '../emulator/stand-in-bundle';
import { exampleProvider, type Store } from './example-provider';
import {
  connect,
  MAGIC_COOKIE,
  parseHandshake,
  serveToClient,
  speak,
  type WireDiagnostic,
} from './plugin-client';
import { proposedNew } from './terraform-rules';

const PROTOCOL = join(__dirname, '..', '..', 'provider', 'plugin', 'protocol');

function emptyStore(): Store {
  return { things: new Map(), save: () => undefined };
}

function example() {
  return serveToClient(exampleProvider(emptyStore()));
}

const definition = exampleProvider(emptyStore());
const schema = definition.resources['example_thing']?.schema as Schema;
const NOTHING: CtyObject = {
  id: null,
  name: null,
  size: null,
  kind: null,
  revision: null,
  tags: null,
  ports: null,
  anything: null,
  secret: null,
  secret_version: null,
  secret_length: null,
  rules: null,
  owner: null,
  guard: [],
};
const thing = (more: CtyObject): CtyObject => ({ ...NOTHING, ...more });

/** Plans and applies as Terraform does. */
async function put(
  things: ReturnType<typeof speak>,
  prior: CtyObject | null,
  config: CtyObject,
): Promise<CtyObject> {
  const proposed = proposedNew(schema.block, prior, config);
  const { diagnostics, planned } = await things.plan(prior, proposed, config);
  expect(diagnostics).toEqual([]);
  const applied = await things.apply(prior, planned, config);
  expect(applied.diagnostics).toEqual([]);
  return applied.state ?? {};
}

test('an object lives: create, read, unchanged, update, replace, delete', async () => {
  await using client = await example();
  const things = speak(client, 'example_thing', schema);
  const config = thing({
    name: 'a',
    tags: { z: '1', a: '2' },
    ports: [443, 80],
    rules: [{ domain: 'x.com', id: null }],
    guard: [{ argv: ['rm', '-rf'] }],
    secret: 'hidden',
  });
  const created = await put(things, null, config);
  expect(created).toMatchObject({ id: 'thing-a', kind: 'plain', revision: 1, secret: null });
  expect(created).toMatchObject({ secret_length: 6, rules: [{ domain: 'x.com', id: 'rule-0' }] });
  expect(await things.read(created)).toEqual(created);

  const same = await things.plan(created, proposedNew(schema.block, created, config), config);
  expect(same).toMatchObject({ planned: created, replace: [] });

  const updated = await put(things, created, { ...config, size: 2 });
  expect(updated).toMatchObject({ id: 'thing-a', revision: 2, size: 2 });

  const renamed = { ...config, name: 'b' };
  const plan = await things.plan(updated, proposedNew(schema.block, updated, renamed), renamed);
  expect(plan.replace).toEqual(['name']);

  expect(await things.apply(updated, null, null)).toMatchObject({ state: null, diagnostics: [] });
  expect(await things.read(updated)).toBeNull();
});

test('unknown parts are planned as they are and known after apply', async () => {
  await using client = await example();
  const things = speak(client, 'example_thing', schema);
  const config = thing({
    name: 'a',
    tags: { of: UNKNOWN },
    rules: [{ domain: UNKNOWN, id: null }],
  });
  const { planned } = await things.plan(null, proposedNew(schema.block, null, config), config);
  expect(planned).toMatchObject({
    id: UNKNOWN,
    tags: { of: UNKNOWN },
    rules: [{ domain: UNKNOWN, id: UNKNOWN }],
  });
  // Terraform resolves what it told us was unknown; what we leave unknown is our fault.
  const { diagnostics } = await things.apply(null, planned, config);
  expect(diagnostics).toMatchObject([
    { summary: 'example_thing left tags.of unknown after apply' },
  ]);
});

interface Case {
  readonly why: string;
  readonly config: CtyObject;
  readonly summary: string;
  readonly detail: string;
  readonly steps: readonly object[];
}

test.each<Case>([
  {
    why: 'a validation',
    config: thing({ name: 'a', size: -1 }),
    summary: 'size is -1, at least 0 is allowed',
    detail: 'Give a size of 0 or more. (SIZE_NEGATIVE)',
    steps: [{ attribute_name: 'size' }],
  },
])(
  '$why becomes a diagnostic with path, code and remedy',
  async ({ config, detail, steps, summary }) => {
    await using client = await example();
    const found = await speak(client, 'example_thing', schema).validate(config);
    expect(found).toMatchObject([{ severity: 'ERROR', summary, detail, attribute: { steps } }]);
  },
);

test('a refusal at apply and a warning reach the person', async () => {
  await using client = await example();
  const things = speak(client, 'example_thing', schema);
  const apply = async (name: string) => {
    const config = thing({ name });
    const { planned } = await things.plan(null, proposedNew(schema.block, null, config), config);
    return things.apply(null, planned, config);
  };
  expect(await apply('refused')).toMatchObject({
    state: null,
    diagnostics: [{ severity: 'ERROR', detail: 'Choose another name. (THING_REFUSED)' }],
  });
  expect(await apply('old')).toMatchObject({
    state: { name: 'old' },
    diagnostics: [{ severity: 'WARNING', summary: 'old things go away' }],
  });
});

test('a bug in a handler is a diagnostic, and its stack is in the log only', async () => {
  const broken = exampleProvider(emptyStore());
  await using client = await serveToClient({
    ...broken,
    dataSources: {
      example_info: {
        schema: broken.dataSources['example_info']?.schema as Schema,
        read: () => {
          throw new TypeError('undefined is not a function');
        },
      },
    },
  });
  const answer = await client.call<{ diagnostics: WireDiagnostic[] }>('ReadDataSource', {
    type_name: 'example_info',
  });
  expect(answer.diagnostics).toMatchObject([
    { summary: 'the provider failed: undefined is not a function' },
  ]);
  expect(answer.diagnostics[0]?.detail).toContain('PROVIDER_BUG');
  const line = JSON.parse(client.log()) as Record<string, string>;
  expect(line).toMatchObject({ '@level': 'error', '@module': 'example' });
  expect(line['stack']).toContain('protocol.test.ts');
});

test('state of an older version is upgraded, digits and all', async () => {
  await using client = await example();
  const things = speak(client, 'example_thing', schema);
  const old = '{"id":"thing-a","title":"a","size":9007199254740993,"guard":[]}';
  expect(await things.upgrade(0, old)).toMatchObject({ name: 'a', size: 9007199254740993n });
  const current = old.replace('title', 'name');
  expect(await things.upgrade(1, current)).toMatchObject({ name: 'a', size: 9007199254740993n });
});

test('functions answer, and blame the argument they refuse', async () => {
  await using client = await example();
  const call = (...args: string[]) =>
    client.call<{ result: { msgpack: Uint8Array } | null; error: object | null }>('CallFunction', {
      name: 'shout',
      arguments: args.map((arg) => ({ msgpack: encodeValue(arg, 'string') })),
    });
  const { result } = await call('hi', 'there');
  expect(decodeValue(result?.msgpack ?? Buffer.of(), 'string')).toBe('HI THERE!');
  expect((await call('')).error).toEqual({
    text: 'nothing to shout. Say something. (SHOUT_EMPTY)',
    function_argument: 0,
    _function_argument: 'function_argument',
  });
});

test('a type the provider does not have is refused, not crashed on', async () => {
  await using client = await example();
  const answer = await client.call<{ diagnostics: WireDiagnostic[] }>('ReadResource', {
    type_name: 'constructor',
  });
  expect(answer.diagnostics).toMatchObject([{ summary: 'this provider has no "constructor"' }]);
});

test('a message over 4 MiB passes', async () => {
  await using client = await example();
  const things = speak(client, 'example_thing', schema);
  const state = thing({ id: 'none', name: 'x'.repeat(5 * 1024 * 1024) });
  expect((await things.plan(state, state, state)).planned).toEqual(state);
});

test('the handshake names protocol 6, a socket and the certificate without padding', async () => {
  await using client = await example();
  const { address, core, network, pem, protocol, transport } = parseHandshake(client.line);
  expect({ core, network, protocol, transport }).toEqual({
    core: '1',
    protocol: '6',
    network: 'unix',
    transport: 'grpc',
  });
  expect(client.line).not.toMatch(/=/);
  expect(existsSync(address)).toBe(true);
  expect(pem).toContain('BEGIN CERTIFICATE');
});

test('a client with another certificate gets nothing', async () => {
  await using client = await example();
  const stranger = connect(client.line, createServerCertificate());
  await expect(stranger.call('GetMetadata')).rejects.toMatchObject({ code: 14 });
  stranger.close();
});

test('stop reaches running handlers, shutdown ends the process part and removes the socket', async () => {
  let signal: AbortSignal | undefined;
  const base = exampleProvider(emptyStore());
  await using client = await serveToClient({
    ...base,
    configure: (_, context) => {
      signal = context.signal;
      return emptyStore();
    },
  });
  expect(await client.callOther('grpc.health.v1.Health', 'Check')).toEqual({ status: 1 });
  await client.call('ConfigureProvider');
  expect(signal?.aborted).toBe(false);
  await client.call('StopProvider');
  expect(signal?.aborted).toBe(true);
  await client.callOther('plugin.GRPCController', 'Shutdown');
  await client.finished;
  expect(existsSync(parseHandshake(client.line).address)).toBe(false);
});

test('a person who starts it by hand is told what it is', async () => {
  const stdout = new PassThrough();
  const served = await serveProvider(definition, {
    environment: {},
    stdout,
    stderr: new PassThrough(),
    name: 'example',
  });
  expect(served).toBeUndefined();
  expect(String(stdout.read())).toContain('Terraform starts it');
});

test('a socket folder with a long name is not used', async () => {
  const stdout = new PassThrough();
  await using served = await serveProvider(definition, {
    environment: { ...MAGIC_COOKIE, PLUGIN_UNIX_SOCKET_DIR: `/tmp/${'x'.repeat(100)}` },
    stdout,
    stderr: new PassThrough(),
    name: 'example',
  });
  expect(served).toBeDefined();
  expect(parseHandshake(String(stdout.read())).address).toMatch(/^\/tmp\/plugin-[0-9a-f]+\.sock$/);
});

test('1,000 of 1,000 certificates can serve', () => {
  const failures = Array.from({ length: 1000 }, () => {
    const { certificatePem, privateKeyPem } = createServerCertificate();
    try {
      createSecureContext({ cert: certificatePem, key: privateKeyPem });
      return undefined;
    } catch (error) {
      return error;
    }
  }).filter((failure) => failure !== undefined);
  expect(failures).toEqual([]);
});

test('the committed descriptor is what its generator writes', () => {
  using folder = scratch('protocol');
  const names = ['tfplugin6.proto', 'generate.js'];
  for (const name of names) cpSync(join(PROTOCOL, name), join(folder.path, name));
  execFileSync(process.execPath, [join(folder.path, 'generate.js')], {
    env: { NODE_PATH: join(__dirname, '..', '..', 'node_modules') },
  });
  const generated = (dir: string) => readFileSync(join(dir, 'tfplugin6.generated.json'), 'utf8');
  expect(generated(PROTOCOL)).toBe(generated(folder.path));
});

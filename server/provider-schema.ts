import { z } from 'zod';
import { isProviderName, PROVIDER_TYPES } from '../gateway';
import { LITERAL_SECRET, secretSchema } from './secret';

/** A header whose name says that it proves something may not stand in the file. */
const SECRET_NAME = /auth|key|token|secret|cookie/i;

const headerName = z
  .string()
  .regex(/^[A-Za-z0-9-]+$/, 'must be a header name: letters, digits and hyphens');

/** The hop's own and ours: set by the gateway alone. */
const RESERVED_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'te',
  'transfer-encoding',
  'upgrade',
  'x-aigov-context',
]);

const settableName = headerName.refine(
  (name) => !RESERVED_HEADERS.has(name.toLowerCase()),
  'is a header the gateway sets itself',
);

const headerValue = z.union([
  z.string().regex(/^[\x20-\x7e]*$/, 'must be printable ASCII'),
  secretSchema,
]);

/** Names to plain values, or to secrets where the name says that it is one. */
export const headersSchema = z.record(z.string(), headerValue).superRefine((named, context) => {
  const fault = (name: string, message: string, code = 'SERVER_CONFIG_INVALID') =>
    context.addIssue({ code: 'custom', path: [name], message, params: { code } });
  for (const [name, value] of Object.entries(named)) {
    const checked = settableName.safeParse(name);
    if (!checked.success) fault(name, checked.error.issues[0]?.message ?? '');
    if (typeof value === 'string' && SECRET_NAME.test(name))
      fault(name, LITERAL_SECRET, 'SECRET_LITERAL');
  }
});

const actorHeaders = z.strictObject({
  user: settableName.optional(),
  workspace: settableName.optional(),
  template: settableName.optional(),
  task: settableName.optional(),
});

/** The AWS part of a provider. */
export const awsSchema = z
  .strictObject({
    region: z.string().regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/, 'must be a region, such as eu-central-1'),
    accessKeyId: secretSchema.optional(),
    secretAccessKey: secretSchema.optional(),
    sessionToken: secretSchema.optional(),
    roleArn: z.string().startsWith('arn:').optional().describe('Role to assume.'),
    externalId: z.string().min(2).optional(),
  })
  .refine(
    ({ accessKeyId: id, secretAccessKey: secret }) => (id === undefined) === (secret === undefined),
    {
      message: 'needs accessKeyId and secretAccessKey together, or neither for the default chain',
    },
  )
  .describe(
    'Account that signs Bedrock requests; without credentials AWS’s default chain finds them.',
  );

const provider = z
  .strictObject({
    name: z
      .string()
      .refine(
        isProviderName,
        'must be lower-case words joined by hyphens, and none of our own routes',
      )
      .describe('Path segment clients use.'),
    type: z.enum([...PROVIDER_TYPES.keys()]),
    baseUrl: z
      .url({ protocol: /^https?$/ })
      .describe('Without /v1 for anthropic, with it for openai.'),
    keys: z
      .array(secretSchema)
      .default([])
      .describe('Central keys; empty: callers bring their own.'),
    aws: awsSchema.optional(),
    keyOrder: z
      .enum(['primary', 'round-robin'])
      .default('primary')
      .describe('The first key with the others in reserve, or each in turn.'),
    headers: headersSchema
      .default({})
      .describe('Sent with every request: what another gateway asks for. Secrets are references.'),
    actorHeaders: actorHeaders
      .default({})
      .describe('Header names under which the upstream is told who calls.'),
  })
  .describe('One upstream.');

/** The upstreams of a server (contracts §4). */
export const providersSchema = z
  .array(provider)
  .default([])
  .superRefine((providers, context) => {
    providers.forEach(({ type, aws: account, keys }, index) => {
      const message = accountFault(type, account !== undefined, keys.length);
      if (message !== undefined) context.addIssue({ code: 'custom', path: [index], message });
    });
    providers.forEach(({ name }, index) => {
      if (providers.findIndex((other) => other.name === name) === index) return;
      context.addIssue({
        code: 'custom',
        path: [index, 'name'],
        message: `"${name}" is already the name of another provider`,
      });
    });
  });

/** Which credentials a type of provider takes. */
function accountFault(type: string, hasAccount: boolean, keys: number): string | undefined {
  if (hasAccount && type !== 'bedrock')
    return 'has "aws", which only a provider of type bedrock may have';
  if (keys > 0 && type === 'copilot')
    return 'has keys; with Copilot every person brings their own GitHub token';
  return undefined;
}

/** Names of models that several upstreams have, tried in order. */
export const modelGroupsSchema = z
  .array(
    z.strictObject({
      name: z.string().min(1).describe('What clients ask for as model.'),
      upstreams: z
        .array(z.strictObject({ provider: z.string().min(1), model: z.string().min(1) }))
        .min(1)
        .describe('Tried in order.'),
    }),
  )
  .default([]);

interface GroupedDocument {
  readonly providers: readonly { readonly name: string }[];
  readonly modelGroups: z.infer<typeof modelGroupsSchema>;
}

/** A group names providers there are, and no group's name is used twice. */
export function checkModelGroups(
  { providers, modelGroups }: GroupedDocument,
  context: z.RefinementCtx,
): void {
  const fault = (path: PropertyKey[], message: string) =>
    context.addIssue({ code: 'custom', path: ['modelGroups', ...path], message });
  modelGroups.forEach(({ name, upstreams }, i) => {
    if (modelGroups.findIndex((other) => other.name === name) !== i)
      fault([i, 'name'], `"${name}" is already the name of another group`);
    upstreams.forEach(({ provider: wanted }, j) => {
      if (!providers.some((known) => known.name === wanted))
        fault([i, 'upstreams', j, 'provider'], `"${wanted}" is not a provider of this file`);
    });
  });
}

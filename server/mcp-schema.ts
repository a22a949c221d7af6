import { z } from 'zod';
import { DEFAULT_STDIO_LIMITS, isMcpServerName, MCP_FEATURES } from '../gateway';
import { headersSchema } from './provider-schema';
import { secretSchema } from './secret';

const toolRules = z
  .strictObject({
    changed: z
      .enum(['refuse', 'record'])
      .default('refuse')
      .describe('A tool described otherwise than when it was approved.'),
    unknown: z
      .enum(['pin', 'refuse'])
      .default('pin')
      .describe('A tool nobody approved yet; pin approves what is seen first.'),
    approved: z
      .record(z.string().min(1), z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hex'))
      .default({})
      .describe('Definitions approved by this file: tool to SHA-256.'),
  })
  .default({ changed: 'refuse', unknown: 'pin', approved: {} })
  .describe('How strictly the server is held to the tools that were approved.');

const oauth = z
  .strictObject({
    tokenUrl: z.url({ protocol: /^https?$/ }),
    clientId: z.string().min(1),
    clientSecret: secretSchema,
    scope: z.string().min(1).optional(),
    resource: z.url().optional().describe("The MCP server's address, where it is asked for."),
  })
  .describe('OAuth client credentials: one central token, renewed as needed.');

const credentials = z
  .strictObject({
    bearer: secretSchema.optional().describe('One central token.'),
    users: z
      .record(z.string().min(1), secretSchema)
      .optional()
      .describe("Each person's own token, by user name; nobody else may call."),
    oauth: oauth.optional(),
  })
  .refine((given) => Object.keys(given).length === 1, 'names one of bearer, users, oauth')
  .optional();

const positive = (field: keyof typeof DEFAULT_STDIO_LIMITS) =>
  z.int().min(1).default(DEFAULT_STDIO_LIMITS[field]);

const limits = z
  .strictObject({
    processes: positive('processes').describe('Processes at once; each session has its own.'),
    memoryMb: positive('memoryMb').describe('Resident memory of a process with its children.'),
    callSeconds: positive('callSeconds').describe('Wait for the answer to one request.'),
    idleSeconds: positive('idleSeconds').describe('A process nobody uses ends after so long.'),
    messageMb: positive('messageMb').describe('Largest message it may write.'),
  })
  .default(DEFAULT_STDIO_LIMITS);

const common = {
  name: z
    .string()
    .refine(isMcpServerName, 'must be lower-case words joined by hyphens or underscores')
    .describe('Path segment clients use, and its name in policies.'),
  features: z
    .array(z.enum(MCP_FEATURES))
    .default([...MCP_FEATURES])
    .describe('What clients may use of it.'),
  tools: toolRules,
};

const httpServer = z
  .strictObject({
    ...common,
    url: z.url({ protocol: /^https?$/ }).describe('Its MCP endpoint.'),
    headers: headersSchema.default({}).describe('Sent with every request. Secrets are references.'),
    credentials,
  })
  .describe('An MCP server at an address.');

const stdioServer = z
  .strictObject({
    ...common,
    command: z
      .tuple([z.string().min(1)], z.string())
      .describe('Program and arguments, started without a shell.'),
    environment: headersSchema.default({}).describe('Variables it gets. Secrets are references.'),
    inherit: z
      .array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of a variable'))
      .default(['PATH', 'LANG', 'TZ'])
      .describe('Variables of this process it gets besides; no others.'),
    directory: z.string().min(1).optional().describe('Working directory, relative to this file.'),
    limits,
  })
  .describe('An MCP server that is a program on this machine.');

/** Told apart by their own key, so that faults speak of the kind that was meant. */
const mcpServer = z.unknown().transform((value, context): McpServerDocument => {
  const isStdio = typeof value === 'object' && value !== null && 'command' in value;
  const parsed = (isStdio ? stdioServer : httpServer).safeParse(value);
  if (parsed.success) return parsed.data;
  context.issues.push(...parsed.error.issues.map((issue) => ({ ...issue, input: undefined })));
  return z.NEVER;
});

export type McpServerDocument = z.infer<typeof httpServer> | z.infer<typeof stdioServer>;

/** The approved MCP servers. */
export const mcpServersSchema = z
  .array(mcpServer)
  .default([])
  .superRefine((servers, context) => {
    servers.forEach(({ name }, index) => {
      if (servers.findIndex((other) => other.name === name) === index) return;
      context.addIssue({
        code: 'custom',
        path: [index, 'name'],
        message: `"${name}" is already the name of another MCP server`,
      });
    });
  })
  .describe('Approved MCP servers.');

import { z } from 'zod';
import { mcpServersSchema } from './mcp-schema';
import { checkModelGroups, modelGroupsSchema, providersSchema } from './provider-schema';
import { secretSchema } from './secret';

const role = z.enum(['admin', 'auditor', 'member']);

/** `admin` changes things, `auditor` reads records, `member` calls models. */
export type Role = z.infer<typeof role>;

const listen = z
  .string()
  .regex(/^(?:\[[0-9a-fA-F:]+\]|[\w.-]+):\d{1,5}$/, 'must be HOST:PORT, such as 127.0.0.1:4100')
  .default('127.0.0.1:4100')
  .describe('Address to listen on, HOST:PORT.');

const database = z
  .preprocess(
    (value) => (typeof value === 'string' ? { url: value } : value),
    z.strictObject({
      url: z
        .string()
        .regex(
          /^(?:sqlite:.|postgres(?:ql)?:\/\/)/,
          'must be sqlite:PATH or postgres://USER@HOST/DATABASE',
        )
        .describe('Relative paths start at this file. Never with a password.'),
      password: secretSchema
        .optional()
        .describe("Of the PostgreSQL user. Default: libpq's places, PGPASSFILE and others."),
      checkpointKey: secretSchema
        .optional()
        .describe('Ed25519 private key, PEM, the same for all replicas. PostgreSQL only.'),
    }),
  )
  .default({ url: 'sqlite:./aigov-data/aigov.db' })
  .describe('Where records, budgets and limits are kept: an address, or an object with it.');

const token = z
  .strictObject({
    user: z.string().min(1).describe('Who calls with this token.'),
    role: role.default('member'),
    groups: z.array(z.string().min(1)).optional().describe('Groups the user is in.'),
    organization: z.string().min(1).optional().describe('Organisation the user calls for.'),
    token: secretSchema,
  })
  .describe('A fixed token, for machines and small set-ups.');

const coder = z
  .strictObject({
    url: z.url({ protocol: /^https?$/ }).describe('Access URL of the Coder deployment.'),
    roles: z
      .partialRecord(z.enum(['admin', 'auditor']), z.array(z.string().min(1)))
      .default({})
      .describe('Site roles of Coder that give a role here; everybody else is a member.'),
  })
  .describe('Session tokens are checked at this deployment.');

/** The server's configuration file (contracts §4). Defaults live here and nowhere else. */
export const serverConfigSchema = z
  .strictObject({
    listen,
    publicUrl: z.url({ protocol: /^https?$/ }).optional(),
    database,
    identity: z
      .strictObject({ coder: coder.optional(), tokens: z.array(token).default([]) })
      .default({ tokens: [] }),
    providers: providersSchema,
    modelGroups: modelGroupsSchema,
    mcpServers: mcpServersSchema,
    policies: z.array(z.string().min(1)).default([]).describe('Policy files, top layer first.'),
  })
  .superRefine(checkModelGroups);

/** The file's content, checked, secrets still where they are. */
export type ServerConfigDocument = z.infer<typeof serverConfigSchema>;

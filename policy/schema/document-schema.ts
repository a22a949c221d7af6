import { z } from 'zod';
import {
  BUDGET_SCOPES,
  CONTENT_ACTIONS,
  CONTENT_KINDS,
  LEVELS,
  REDACTIONS,
  RETENTION_KINDS,
  SELECTOR_FACTS,
} from '../document';

/** Longest rule, pattern or path. Characters. */
const MAX_TEXT = 4096;
/** Most entries of one list. */
const MAX_ENTRIES = 100_000;

const text = () => z.string().max(MAX_TEXT);
const texts = () => z.array(text()).max(MAX_ENTRIES);
const filled = () => z.string().min(1).max(MAX_TEXT);
/** A key people choose; the one that would change the object itself is none. */
const freeKey = () => filled().regex(/^(?!__proto__$)/);
const filledTexts = () => z.array(filled()).max(MAX_ENTRIES);

function optionalOf<Kind extends string, Schema extends z.ZodType>(
  kinds: readonly Kind[],
  schema: (kind: Kind) => Schema,
) {
  return Object.fromEntries(kinds.map((kind) => [kind, schema(kind)])) as { [K in Kind]: Schema };
}

const port = () => z.int().min(1).max(65_535);

const boundary = z
  .strictObject({
    log_level: text().optional().describe('error, warn, info or debug.'),
    log_dir: text().optional().describe('Folder of log files.'),
    proxy_port: port().optional().describe('Port the proxy listens on.'),
    pprof_enabled: z.boolean().optional().describe('Go profiling endpoint.'),
    pprof_port: port().optional().describe('Port of the profiling endpoint.'),
    jail_type: text().optional().describe('nsjail or landjail.'),
    use_real_dns: z.boolean().optional().describe('Use the host DNS; also lets all UDP out.'),
    no_user_namespace: z.boolean().optional().describe('Do without a user namespace.'),
    disable_audit_logs: z
      .boolean()
      .optional()
      .describe('Do not send audit events to the agent socket.'),
    session_correlation_enabled: z
      .boolean()
      .optional()
      .describe('Set session headers on matching requests.'),
    session_id_inject_targets: texts()
      .optional()
      .describe('Rules that say which requests get session headers.'),
  })
  .describe(
    "Coder's own settings, kept so that its config.yaml can be written back. They decide nothing here.",
  );

const portLimit = z.strictObject({
  domain: filled().describe('Host pattern; "*" is every host.'),
  allow: z
    .array(z.union([port(), z.string().regex(/^\d{1,5}(-\d{1,5})?$/)]))
    .max(1000)
    .describe('Ports such as 443, or ranges such as "8000-8099".'),
});

const network = z
  .strictObject({
    compat: z
      .enum(['strict', 'boundary'])
      .optional()
      .describe(
        'strict (default) refuses hazardous rules and ambiguous URLs; boundary is Coder in every corner.',
      ),
    allow: texts()
      .optional()
      .describe('Grants, such as "method=GET domain=*.github.com path=/api/*". Absent: nothing.'),
    deny: texts().optional().describe('Forbids, in the same language, whatever any layer grants.'),
    ceiling: texts()
      .optional()
      .describe('The most that layers below may grant. Absent: unbounded; empty: nothing.'),
    tcp: filledTexts().optional().describe('Raw TCP by name, such as "git.corp.example:22".'),
    tls: z
      .strictObject({
        passthrough: filledTexts()
          .optional()
          .describe('Hosts whose TLS is not intercepted; grants nothing by itself.'),
      })
      .optional()
      .describe('How TLS is treated.'),
    privateAddresses: filledTexts()
      .optional()
      .describe('Private, loopback, link-local or metadata ranges (CIDR) that may be reached.'),
    ports: z
      .array(portLimit)
      .max(MAX_ENTRIES)
      .optional()
      .describe('Limits on ports, whatever layer grants the host.'),
    boundary: boundary.optional(),
  })
  .describe('Outbound network.');

const argv = () => z.array(text()).min(1).max(256);
const example = () => z.union([text(), argv()]);

const commands = z
  .strictObject({
    deny: z
      .array(
        z.strictObject({
          id: z
            .string()
            .regex(/^[a-z0-9][a-z0-9-]{0,63}$/)
            .describe('Name in decisions and audit: lower case, digits, dashes.'),
          argv: argv().describe(
            'Program, sub-commands in order, options in any spelling; "*" inside a word is any text.',
          ),
          reason: filled().optional().describe('What the person or model reads when refused.'),
          match: z
            .array(example())
            .max(1000)
            .optional()
            .describe('Examples that must be refused; run when the policy loads.'),
          notMatch: z
            .array(example())
            .max(1000)
            .optional()
            .describe('Examples that must not be refused; run when the policy loads.'),
        }),
      )
      .max(10_000)
      .optional()
      .describe('Commands that are refused, besides the built-in destructive set.'),
    disable: filledTexts().optional().describe('Built-in rules to switch off, by id.'),
    mode: z
      .record(freeKey(), z.enum(['enforce', 'monitor', 'off']))
      .optional()
      .describe(
        'Mode of built-in rules by id; "*" is every built-in. Between layers the strictest word holds.',
      ),
  })
  .describe('Commands the guard refuses.');

const files = z
  .strictObject({
    writable: filledTexts()
      .optional()
      .describe('Directories that may be written. Absent in every layer: unrestricted.'),
    readOnly: filledTexts().optional().describe('May be read, never written.'),
    hidden: filledTexts().optional().describe('Neither read nor written.'),
  })
  .describe('Files; ~, $HOME and $WORKDIR are understood.');

const models = z
  .strictObject({
    allow: filledTexts()
      .optional()
      .describe('provider/model patterns. Absent in every layer: every model.'),
    deny: filledTexts().optional().describe('Models that are refused whatever is allowed.'),
    ceiling: filledTexts().optional().describe('The most that layers below may allow.'),
    maxOutputTokens: z
      .int()
      .min(1)
      .optional()
      .describe('Upper limit of output tokens of one request.'),
  })
  .describe('Models the gateway serves.');

const tools = z
  .strictObject({
    deny: filledTexts().optional().describe('Tool names that are refused; "*" is any text.'),
    shell: z
      .enum(['guard', 'ignore'])
      .optional()
      .describe('guard: command lines in tool calls meet the command rules.'),
  })
  .describe('Tools models may call.');

const mcpServers = z
  .strictObject({
    allow: filledTexts()
      .optional()
      .describe('MCP servers by name. Absent in every layer: every server.'),
    deny: filledTexts().optional().describe('Servers that are refused whatever is allowed.'),
    ceiling: filledTexts().optional().describe('The most that layers below may allow.'),
    tools: z
      .record(
        freeKey(),
        z.strictObject({
          allow: filledTexts()
            .optional()
            .describe('Tools of this server that may be called. Absent: all.'),
          deny: filledTexts().optional().describe('Tools of this server that are refused.'),
        }),
      )
      .optional()
      .describe('Tools by server name.'),
  })
  .describe('MCP servers and their tools.');

const scope = () => z.enum(BUDGET_SCOPES).describe('Whose use is counted together.');

const budgets = z
  .array(
    z.strictObject({
      scope: scope(),
      period: z
        .enum(['day', 'week', 'month', 'total'])
        .optional()
        .describe('Counted anew each period. Default: total.'),
      limitUsd: z.number().min(0).describe('US dollars.'),
      onExceed: z.enum(['block', 'warn']).optional().describe('Default: block.'),
    }),
  )
  .max(1000)
  .describe('Spend limits; between layers the lowest of a scope and period holds.');

const rateLimits = z
  .array(
    z.strictObject({
      scope: scope(),
      requestsPerMinute: z.int().min(0).optional().describe('Requests started in a minute.'),
      tokensPerMinute: z.int().min(0).optional().describe('Tokens, input and output, in a minute.'),
      concurrent: z.int().min(0).optional().describe('Requests in flight at once.'),
    }),
  )
  .max(1000)
  .describe('Rate limits; between layers the lowest holds.');

const handling = z.enum(['store', 'hash', 'off']);
const contentAction = () => z.enum(CONTENT_ACTIONS);
const outbound = z
  .strictObject({
    find: z
      .strictObject(
        optionalOf(REDACTIONS, (kind) =>
          contentAction().optional().describe(`What happens when ${kind} is found.`),
        ),
      )
      .optional(),
    patterns: z
      .array(
        z.strictObject({
          id: filled()
            .regex(/^[\w-]{1,64}$/)
            .describe('Name in records, refusals and placeholders.'),
          pattern: filled().describe('In the pattern language of docs/content.md.'),
          action: contentAction(),
        }),
      )
      .max(1000)
      .optional()
      .describe('Your own.'),
  })
  .describe('What is looked for in requests on their way to a model; the strictest action holds.');

const content = z
  .strictObject({
    ...optionalOf(CONTENT_KINDS, (kind) =>
      handling.optional().describe(`What is kept of ${kind}: text, hash or nothing.`),
    ),
    redact: z
      .array(z.enum(REDACTIONS))
      .max(100)
      .optional()
      .describe('What is removed before text is stored.'),
    outbound: outbound.optional(),
  })
  .describe('What of the content is recorded; between layers the strictest holds.');

const retention = z
  .strictObject(
    optionalOf(RETENTION_KINDS, (kind) =>
      z
        .string()
        .regex(/^[1-9]\d{0,5}[hdw]$/)
        .optional()
        .describe(`How long records of ${kind} are kept: 12h, 365d, 4w.`),
    ),
  )
  .describe('How long records are kept; between layers the shortest holds.');

const audit = z
  .strictObject({
    onFailure: z
      .enum(['block', 'allow'])
      .optional()
      .describe('What happens when a record cannot be made durable. Default: block.'),
  })
  .describe('Audit.');

const firewall = z
  .strictObject({
    minimumLevel: z.enum(LEVELS).optional().describe('Weakest jail level that is accepted.'),
    mode: z
      .enum(['enforce', 'monitor'])
      .optional()
      .describe(
        'monitor records what would be denied and lets it pass, but for what a ceiling excludes. Default: enforce.',
      ),
    maxExceptionMinutes: z
      .int()
      .min(0)
      .max(1440)
      .optional()
      .describe(
        'Longest exception `aigov workspace allow` may grant, in minutes; between layers the lowest. Default: 0, none.',
      ),
  })
  .describe('The jail.');

const selectors = z
  .strictObject({
    match: z
      .strictObject(
        optionalOf(SELECTOR_FACTS, (fact) =>
          filledTexts().optional().describe(`Patterns for ${fact}; one must match.`),
        ),
      )
      .describe('Every fact named must match.'),
  })
  .describe('The layer applies only where this matches.');

/** The one source of the document's shape: JSON Schema and the compiled validator are made from it. */
export const policyDocumentSchema = z
  .strictObject({
    apiVersion: z.literal('aigov/v1').describe('Version of this format: aigov/v1.'),
    name: z.string().min(1).max(1000).describe("The layer's name in decisions and audit."),
    description: text().optional().describe('For people.'),
    include: filledTexts()
      .optional()
      .describe('Policy files whose layers stand above this one, relative to it.'),
    network: network.optional(),
    commands: commands.optional(),
    files: files.optional(),
    models: models.optional(),
    tools: tools.optional(),
    mcpServers: mcpServers.optional(),
    budgets: budgets.optional(),
    rateLimits: rateLimits.optional(),
    content: content.optional(),
    retention: retention.optional(),
    audit: audit.optional(),
    firewall: firewall.optional(),
    selectors: selectors.optional(),
  })
  .describe('One layer of aigov policy.');

/** Coder's 12-key `config.yaml` (coder/boundary a549a7c): unknown keys are an error there too. */
export const boundaryConfigSchema = z.strictObject({
  allowlist: z.array(text()).max(MAX_ENTRIES).nullish(),
  ...boundary.shape,
});

/** The JSON Schema (draft 2020-12) of a policy document, for editors and for ajv. */
export function policyJsonSchema(): object {
  return { ...z.toJSONSchema(policyDocumentSchema), title: 'aigov policy' };
}

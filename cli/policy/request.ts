import { z } from 'zod';
import { allClients } from '../../clients';
import {
  AigovError,
  decideAddress,
  decideCommand,
  decideFile,
  decideHost,
  decideModel,
  decideNetwork,
  decideShellText,
  decideTcp,
  decideTool,
  type CompiledPolicy,
  type Decision,
} from '../../policy';

const places = {
  cwd: z.string().exactOptional(),
  home: z.string().exactOptional(),
  workdir: z.string().exactOptional(),
};
const port = z.int().min(1).max(65_535);

const toolSchema = z.strictObject({
  name: z.string(),
  arguments: z.unknown().optional(),
  server: z.string().exactOptional(),
  ...places,
});

const DECIDERS = {
  network: decider(z.strictObject({ method: z.string(), url: z.string() }), decideNetwork),
  tcp: decider(z.strictObject({ host: z.string(), port }), decideTcp),
  host: decider(z.strictObject({ host: z.string(), port: port.exactOptional() }), decideHost),
  address: decider(z.strictObject({ host: z.string(), address: z.string() }), decideAddress),
  command: decider(
    z.strictObject({
      argv: z.array(z.string()).min(1),
      executable: z.string().exactOptional(),
      ...places,
    }),
    decideCommand,
  ),
  shell: decider(
    z.strictObject({ text: z.string(), ...places }),
    (policy, request) => decideShellText(policy, request).decision,
  ),
  file: decider(
    z.strictObject({
      op: z.enum(['read', 'write']),
      path: z.string().min(1),
      home: z.string().exactOptional(),
      workdir: z.string().exactOptional(),
    }),
    decideFile,
  ),
  model: decider(z.strictObject({ provider: z.string(), model: z.string() }), decideModel),
  tool: decider(toolSchema, (policy, request) =>
    decideTool(policy, { ...request, ...shellCommandOf(request) }),
  ),
} as const;

/** What can be asked about. */
export type RequestKind = keyof typeof DECIDERS;

export const REQUEST_KINDS = Object.keys(DECIDERS) as readonly RequestKind[];

type Decider = (policy: CompiledPolicy, request: unknown, kind: string) => Decision;

function decider<Request>(
  schema: z.ZodType<Request>,
  decide: (policy: CompiledPolicy, request: Request) => Decision,
): Decider {
  return (policy, request, kind) => {
    const parsed = schema.safeParse(request);
    if (parsed.success) return decide(policy, parsed.data);
    const [issue] = parsed.error.issues;
    const at = [kind, ...(issue?.path ?? [])].map(String).join('.');
    const message = `${at}: ${issue?.message ?? 'is invalid'}`;
    throw new AigovError('REQUEST_INVALID', message, {
      remedy: `Write "${kind}" as docs/policy.md shows it.`,
      at,
    });
  };
}

/** The command line among a tool's arguments, where some client's shell tool has that name. */
function shellCommandOf({ name, arguments: values }: z.infer<typeof toolSchema>): {
  shellCommand?: string;
} {
  if (typeof values !== 'object' || values === null) return {};
  for (const { shellTools } of allClients) {
    const key = Object.hasOwn(shellTools, name) ? shellTools[name] : undefined;
    const value: unknown = key === undefined ? undefined : (values as Record<string, unknown>)[key];
    if (typeof value === 'string') return { shellCommand: value };
    if (Array.isArray(value)) return { shellCommand: value.map(String).join(' ') };
  }
  return {};
}

/**
 * Decides one request of any kind.
 * @throws AigovError REQUEST_INVALID when it is not of the shape the kind needs
 */
export function decideRequest(
  policy: CompiledPolicy,
  kind: RequestKind,
  request: unknown,
): Decision {
  return DECIDERS[kind](policy, request, kind);
}

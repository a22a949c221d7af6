import { randomUUID } from 'node:crypto';
import {
  evaluateTemplate,
  isFiveFieldCron,
  type AgentScript,
  type BuiltTemplate,
  type TemplateAgent,
  type WorkspaceFacts,
} from '../../emulator';
import { AigovError } from '../../policy';
import type { Finding } from './finding';

/** Linux takes one argument of less: a script is one argument of its interpreter. */
const SCRIPT_LIMIT_BYTES = 131_072;
/** Scripts and environment of an agent travel in one DRPC message. */
const MANIFEST_LIMIT_BYTES = 4 * 1024 * 1024;
/** Codes that mean "not evaluated here", which says nothing about the template. */
const NOT_EVALUATED: ReadonlySet<string> = new Set([
  'TEMPLATE_EXPRESSION_UNSUPPORTED',
  'TEMPLATE_RESOURCE_UNSUPPORTED',
  'TEMPLATE_UNSUPPORTED',
  'TEMPLATE_VARIABLE_MISSING',
]);

/** Builds the template with made-up facts and looks at what the workspace would get. */
export async function lintBuilt(dir: string): Promise<Finding[]> {
  const sessionToken = `lint-${randomUUID()}`;
  try {
    const built = await evaluateTemplate(dir, factsOf(sessionToken));
    return [
      ...lintServerRules(built),
      ...built.agents.flatMap((agent) => lintAgent(agent, sessionToken)),
    ];
  } catch (error) {
    if (!AigovError.is(error)) throw error;
    return [notBuilt(error)];
  }
}

function factsOf(sessionToken: string): WorkspaceFacts {
  return {
    workspace: { id: randomUUID(), name: 'lint' },
    owner: { id: randomUUID(), name: 'lint', sessionToken },
    template: { id: randomUUID(), name: 'lint', version: 'lint' },
  };
}

function notBuilt({ at, code, message, remedy }: AigovError): Finding {
  const isOurLimit = NOT_EVALUATED.has(code);
  return {
    severity: isOurLimit ? 'warning' : 'error',
    code,
    message: isOurLimit ? `scripts and environment were not checked: ${message}` : message,
    at: at ?? '',
    remedy,
  };
}

/** What no provider checks and the Coder server refuses when it imports the template. */
function lintServerRules({ agents, parameters }: BuiltTemplate): Finding[] {
  const slugs = agents.flatMap((agent) => agent.apps.map((app) => app.slug));
  const names = parameters.map((parameter) => parameter.name);
  return [
    ...repeated(slugs).map((slug) => duplicate('TEMPLATE_DUPLICATE_SLUG', `app slug "${slug}"`)),
    ...repeated(names).map((name) =>
      duplicate('TEMPLATE_DUPLICATE_PARAMETER', `parameter "${name}"`),
    ),
  ];
}

function repeated(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}

function duplicate(code: string, what: string): Finding {
  const message = `${what} occurs more than once`;
  return { severity: 'error', code, message, at: what, remedy: 'Give each its own name.' };
}

function lintAgent(agent: TemplateAgent, sessionToken: string): Finding[] {
  const texts = [...agent.scripts.map(({ script }) => script), ...Object.values(agent.env)];
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  const manifest: Finding[] =
    bytes < MANIFEST_LIMIT_BYTES
      ? []
      : [
          {
            severity: 'error',
            code: 'TEMPLATE_AGENT_TOO_LARGE',
            message: `scripts and environment of ${agent.address} have ${bytes} bytes, Coder sends less than ${MANIFEST_LIMIT_BYTES}`,
            at: agent.address,
            remedy: 'Deliver large content another way.',
          },
        ];
  return [...manifest, ...agent.scripts.flatMap((script) => lintScript(script, sessionToken))];
}

function lintScript({ address: at, cron, script }: AgentScript, sessionToken: string): Finding[] {
  const bytes = Buffer.byteLength(script);
  const findings: (Finding | false)[] = [
    bytes >= SCRIPT_LIMIT_BYTES && {
      severity: 'error',
      code: 'TEMPLATE_SCRIPT_TOO_LARGE',
      message: `${at} has ${bytes} bytes, Linux runs a script of less than ${SCRIPT_LIMIT_BYTES}`,
      at,
      remedy: 'Split it, or keep data out of the script.',
    },
    script.includes(sessionToken) && {
      severity: 'error',
      code: 'TEMPLATE_SECRET_IN_SCRIPT',
      message: `${at} contains the owner's session token: it would be in the state and in files of the workspace`,
      at,
      remedy: 'Read the token from the environment when the script runs.',
    },
    cron !== undefined &&
      isFiveFieldCron(cron) && {
        severity: 'warning',
        code: 'TEMPLATE_CRON_FIVE_FIELDS',
        message: `${at}: the first field of "${cron}" is read as seconds`,
        at,
        remedy: 'Put a field for seconds in front, usually 0.',
      },
    !script.trimStart().startsWith('#!') && {
      severity: 'warning',
      code: 'TEMPLATE_SCRIPT_NO_SHEBANG',
      message: `${at} has no shebang: whatever shell the user has runs it`,
      at,
      remedy: 'Start it with #!/bin/sh or another interpreter.',
    },
  ];
  return findings.filter((finding) => finding !== false);
}

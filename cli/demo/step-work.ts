import type { ModelUpstream } from '../../emulator';
import { known, type DemoContext } from './context';
import { runAgent } from './run-agent';
import { check, type Check, type Step } from './story';

const PROMPT = 'Look at the project and tell me what is in it.';

/** 5: an agent with the unmodified SDK works, configured by nothing but the template's environment. */
export const workStep: Step<DemoContext> = {
  title: 'Work: an unmodified SDK, configured by the template alone, inside the jail',
  async run(context, narrate) {
    const { exitCode, stderr, stdout } = await runAgent(context, PROMPT);
    for (const line of stdout.trim().split('\n')) narrate(line);
    const checks = [check('the agent ended well', exitCode === 0, stderr.trim())];
    if (context.flags.anthropic === undefined) {
      checks.push(check('the tool call ran', stdout.includes('main.ts'), ''));
      checks.push(...upstreamChecks(context, known(context.upstream, 'the upstream')));
    }
    return { checks, evidence: { exitCode } };
  },
};

/** What the scripted provider got. */
function upstreamChecks({ cast }: DemoContext, { received }: ModelUpstream): Check[] {
  const keys = new Set(received.map(({ headers }) => headers['x-api-key']));
  const text = received.map(
    ({ rawHeaders, body }) => `${rawHeaders.join(' ')}\n${body.toString()}`,
  );
  const leaked = text.some((each) => each.includes(cast.sessionToken));
  const requests = `${received.length} requests`;
  return [
    check(
      'the model was asked twice: a tool call, then the answer',
      received.length === 2,
      requests,
    ),
    check('the provider saw its own key', keys.size === 1 && keys.has(cast.providerKey), ''),
    check('the session token did not go upstream', !leaked, ''),
  ];
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { known, shortened, type DemoContext } from './context';
import { runAttack } from './attack';
import { ALLOWED_HOST, attemptsAt } from './model-script';
import { check, type Check, type Step } from './story';

/** 6: a model gone wrong is stopped: at the command, at the network; what is allowed still works. */
export const stoppedStep: Step<DemoContext> = {
  title: 'Stopped: deletion and exfiltration are denied, allowed work goes on',
  async run(context, narrate) {
    const results = await runAttack(context);
    for (const { command, output } of results)
      narrate(`$ ${shortened(command, context)}\n     ${output.replaceAll('\n', '\n     ')}`);
    const project = known(context.projectDir, 'the project');
    const outputOf = (part: string) =>
      results.find(({ command }) => command.includes(part))?.output ?? '';
    const deletion = check(
      'rm -rf of the project is denied, the files are still there',
      existsSync(join(project, 'README.md')) &&
        /denied|not permitted|EACCES|EPERM/i.test(outputOf('rm -rf')),
      '',
    );
    const denials = attemptsAt(context.level !== 'D').map(({ kind, target }) =>
      check(`${kind}: ${target} is not reached`, outputOf(target).includes('exit status 1'), ''),
    );
    const allowed = check(
      `https://${ALLOWED_HOST} is reached, over TLS with the injected CA`,
      outputOf(ALLOWED_HOST).includes('200 package index'),
      '',
    );
    return {
      checks: [...byLevel(context, [deletion, ...denials], narrate), allowed],
      evidence: { results },
    };
  },
};

/** Level D promises nothing: there the story says loudly what it could not stop, and does not claim it. */
function byLevel(
  context: DemoContext,
  checks: readonly Check[],
  narrate: (line: string) => void,
): readonly Check[] {
  if (context.level !== 'D') return checks;
  narrate('UNENFORCED at level D: names are resolved outside; not tried: dns');
  for (const { claim } of checks.filter(({ held }) => !held)) {
    narrate(`UNENFORCED at level D (this kernel refuses user namespaces): not so: ${claim}`);
  }
  return checks.filter(({ held }) => held);
}

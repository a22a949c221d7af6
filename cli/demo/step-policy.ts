import { compilePolicy } from '../../policy';
import { loadFiles } from '../policy/policy-files';
import { known, policyFileOf, type DemoContext } from './context';
import { check, type Step } from './story';

/** 1: the policy file is loaded and its effective rules are shown. */
export const policyStep: Step<DemoContext> = {
  title: 'Policy: one document says what agents may do',
  async run(context, narrate) {
    const file = policyFileOf(context);
    const document = known(loadFiles([file], context.io)[0], 'the policy').document;
    const compiled = compilePolicy([document]);
    context.policy = document;
    const network = document.network ?? {};
    for (const rule of network.allow ?? []) narrate(`allow  ${rule}`);
    for (const rule of network.deny ?? []) narrate(`deny   ${rule}`);
    narrate('deny   destructive commands (built-in set)');
    return {
      checks: [check('the policy loads', true, `version ${compiled.version.slice(0, 12)}`)],
      evidence: { name: document.name, version: compiled.version, network },
    };
  },
};

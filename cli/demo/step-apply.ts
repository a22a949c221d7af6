import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  buildEnvironment,
  createProviderMirror,
  evaluateTemplate,
  findTerraform,
  openTerraform,
  templateFromState,
  type TemplateAgent,
  type Terraform,
  type WorkspaceFacts,
} from '../../emulator';
import { known, type DemoContext } from './context';
import { check, type Check, type Step } from './story';

/** 3: Terraform applies the template against stand-ins served from the real providers' schemas. */
export const applyStep: Step<DemoContext> = {
  title: 'Apply: Terraform builds the workspace through its own plugin protocol',
  async run(context, narrate) {
    const program = await findTerraform(context.io.environment['PATH']);
    return program === undefined
      ? evaluateOnly(context, narrate)
      : apply(context, program, narrate);
  },
};

function factsOf({ cast }: DemoContext, isRunning: boolean): WorkspaceFacts {
  return {
    workspace: cast.workspace,
    owner: {
      id: 'a11ce000-0000-4000-8000-000000000001',
      name: cast.owner,
      sessionToken: cast.sessionToken,
    },
    template: cast.template,
    ...(isRunning ? { runningAgentToken: cast.agentToken } : {}),
  };
}

async function evaluateOnly(context: DemoContext, narrate: (line: string) => void) {
  narrate('no terraform or tofu on PATH: going on from the synthesized files');
  const dir = known(context.templateDir, 'the template');
  const evaluated = await evaluateTemplate(dir, factsOf(context, true));
  context.agentTemplate = onlyAgent(evaluated.agents);
  return {
    checks: [
      check('the template evaluates', true, `${context.agentTemplate.scripts.length} scripts`),
    ],
    evidence: { terraform: null },
  };
}

async function apply(context: DemoContext, program: string, narrate: (line: string) => void) {
  const dir = join(context.scratch, 'build', 'workspace');
  await mkdir(dir, { recursive: true });
  await cp(known(context.templateDir, 'the template'), dir, { recursive: true });
  const mirror = await createProviderMirror(join(context.scratch, 'providers'), {
    standInFile: join(context.packageRoot, 'dist', 'emulator', 'stand-in.cjs'),
  });
  narrate(`${program} with stand-ins for ${mirror.providers.join(', ')}`);
  const open = (isRunning: boolean) =>
    openTerraform({
      dir,
      mirror,
      environment: buildEnvironment(factsOf(context, isRunning)),
      path: context.io.environment['PATH'],
      terraformPath: program,
    });
  const checks = await buildOnce(await open(true));
  const second = await (await open(true)).plan();
  checks.push(check('a second plan changes nothing', !second.hasChanges, ''));
  const state = await (await open(true)).show();
  context.agentTemplate = onlyAgent(templateFromState(state).agents);
  return { checks, evidence: { terraform: program, providers: mirror.providers } };
}

async function buildOnce(terraform: Terraform): Promise<Check[]> {
  await terraform.init();
  await terraform.validate();
  const plan = await terraform.plan();
  await terraform.apply();
  const summary = /Plan: .*/.exec(plan.text)?.[0] ?? '';
  return [
    check('init and validate accept the template', true, ''),
    check('the plan creates the workspace', plan.hasChanges, summary),
    check('apply succeeds', true, ''),
  ];
}

function onlyAgent(agents: readonly TemplateAgent[]): TemplateAgent {
  return known(agents[0], 'the agent');
}

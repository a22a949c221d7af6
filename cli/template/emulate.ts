import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import {
  buildEnvironment,
  createProviderMirror,
  evaluateTemplate,
  findTerraform,
  openTerraform,
  startCoderAgent,
  templateFromState,
  type BuiltTemplate,
  type CoderAgent,
  type TemplateAgent,
  type WorkspaceFacts,
} from '../../emulator';
import { AigovError } from '../../policy';
import type { CliIo } from '../io';
import { readArchive } from './archive';

export interface EmulateOptions {
  readonly dir: string;
  /** Scratch folder; its owner removes it. */
  readonly scratch: string;
  readonly environment: CliIo['environment'];
  /** Bundled stand-in providers. Undefined: never use Terraform. */
  readonly standInFile: string | undefined;
  readonly task?: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly shuffleSeed: number;
  /** One line of progress. */
  readonly report: (line: string) => void;
}

/** A template, built and started. */
export interface Emulated {
  readonly builtWith: string;
  readonly template: BuiltTemplate;
  readonly agent: CoderAgent;
}

/** Plays Coder: what a push would send is built, and the first agent's scripts start in a scratch home. */
export async function emulate(options: EmulateOptions): Promise<Emulated> {
  const dir = await unpack(options);
  const facts = factsOf(options);
  const { builtWith, template } = await build(dir, facts, options);
  options.report(`built with ${builtWith}: ${describe(template)}`);
  const main = template.agents[0];
  if (main === undefined) {
    throw new AigovError('TEMPLATE_NO_AGENT', `${options.dir} has no coder_agent`, {
      remedy: 'Add a coder_agent: without one nothing runs in a workspace.',
      at: options.dir,
    });
  }
  return { builtWith, template, agent: await start(main, facts, options) };
}

/** Only what reaches Coder is there, as in a provisioner; one folder down, since the provider looks into its parent. */
async function unpack({ dir, scratch }: EmulateOptions): Promise<string> {
  const target = join(scratch, 'build', 'template');
  await mkdir(target, { recursive: true });
  for (const { data, mode, name } of (await readArchive(dir)).entries) {
    const path = join(target, name);
    if (data === undefined) await mkdir(path, { recursive: true });
    else await writeFile(path, data, { mode });
  }
  return target;
}

function factsOf(options: EmulateOptions): WorkspaceFacts {
  const { dir, environment, parameters, task } = options;
  return {
    accessUrl: environment['CODER_URL'] || 'https://coder.example.com',
    workspace: { id: randomUUID(), name: 'emulated' },
    owner: {
      id: randomUUID(),
      name: 'developer',
      sessionToken: environment['AIGOV_SESSION_TOKEN'] || `emulated-${randomUUID()}`,
    },
    template: { id: randomUUID(), name: basename(dir), version: 'emulated' },
    parameters,
    runningAgentToken: randomUUID(),
    ...(task === undefined ? {} : { task: { id: randomUUID(), prompt: task } }),
  };
}

async function build(
  dir: string,
  facts: WorkspaceFacts,
  options: EmulateOptions,
): Promise<{ builtWith: string; template: BuiltTemplate }> {
  const { environment, report, scratch, standInFile } = options;
  const program = await findTerraform(environment['PATH']);
  if (program === undefined || standInFile === undefined) {
    return { builtWith: 'the built-in evaluator', template: await evaluateTemplate(dir, facts) };
  }
  const mirror = await createProviderMirror(join(scratch, 'providers'), { standInFile });
  const terraform = await openTerraform({
    dir,
    mirror,
    environment: buildEnvironment(facts),
    path: environment['PATH'],
    terraformPath: program,
  });
  for (const stage of ['init', 'validate', 'apply'] as const) {
    report(`terraform ${stage}`);
    await terraform[stage]();
  }
  return { builtWith: basename(program), template: templateFromState(await terraform.show()) };
}

function describe({ agents }: BuiltTemplate): string {
  const scripts = agents.reduce((sum, agent) => sum + agent.scripts.length, 0);
  return `${agents.length} agent(s), ${scripts} script(s)`;
}

function start(
  agent: TemplateAgent,
  facts: WorkspaceFacts,
  options: EmulateOptions,
): Promise<CoderAgent> {
  const { environment, scratch, shuffleSeed } = options;
  return startCoderAgent({
    env: agent.env,
    scripts: agent.scripts,
    home: join(scratch, 'home'),
    shuffleSeed,
    identity: {
      ...(facts.accessUrl === undefined ? {} : { accessUrl: facts.accessUrl }),
      workspaceName: facts.workspace.name,
      ownerName: facts.owner.name,
      agentName: agent.name,
      agentToken: agent.token,
    },
    // The image of a governed workspace has Node.js: here it is the one that runs this.
    environment: {
      PATH: `${dirname(process.execPath)}:${environment['PATH'] ?? ''}`,
      TERM: environment['TERM'],
    },
  });
}

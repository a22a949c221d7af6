import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { startCoderAgent, startModelUpstream } from '../../emulator';
import { ALLOWED_HOST, ALLOWED_PORT, attackTurns, workTurns } from './model-script';
import { known, type DemoContext } from './context';
import { startLocalOrigin } from './local-origin';
import { startServerProcess } from './server-process';
import { check, type Check, type Step } from './story';

/** 4: the control plane is there, and the workspace agent runs what the template says. */
export const startStep: Step<DemoContext> = {
  title: 'Start: the workspace agent runs the template, in shuffled order',
  async run(context, narrate) {
    const home = join(context.scratch, 'home');
    context.projectDir = await createProject(home);
    await installAgent(context, home);
    await startOutside(context);
    narrate(`server on ${context.serverUrl}, model upstream on loopback`);
    const origin = await startLocalOrigin(ALLOWED_HOST, 'package index', ALLOWED_PORT);
    context.owned.add('company host', () => origin.close());
    const caFile = join(context.scratch, 'company-ca.pem');
    await writeFile(caFile, origin.caPem);
    return startAgent(context, home, caFile, narrate);
  },
};

async function createProject(home: string): Promise<string> {
  const project = join(home, 'project');
  await mkdir(project, { recursive: true });
  await writeFile(join(project, 'README.md'), '# A project\n');
  await writeFile(join(project, 'main.ts'), 'console.log(1);\n');
  return project;
}

/** The agent's programs, each one file, as an image would bring them. */
async function installAgent({ packageRoot }: DemoContext, home: string): Promise<void> {
  for (const name of ['agent.cjs', 'reach.cjs']) {
    await copyFile(join(packageRoot, 'dist', 'examples', 'agent', name), join(home, name));
  }
}

async function startOutside(context: DemoContext): Promise<void> {
  const { cast, io, owned, packageRoot, scratch } = context;
  const reach = `${process.execPath} ${join(scratch, 'home', 'reach.cjs')}`;
  const projectDir = known(context.projectDir, 'the project');
  const upstream = await startModelUpstream({
    apiKey: cast.providerKey,
    turns: (_request, index) => {
      const isEnforced = context.level !== 'D';
      const turns = [...workTurns(), ...attackTurns({ projectDir, reach, isEnforced })];
      return known(turns[index], 'another turn');
    },
  });
  owned.add('model upstream', () => upstream.close());
  context.upstream = upstream;
  const server = await startServerProcess({
    packageRoot,
    folder: join(scratch, 'server'),
    url: context.serverUrl,
    upstreamUrl: context.flags.anthropic ? 'https://api.anthropic.com' : upstream.url,
    providerKey: context.flags.anthropic
      ? (io.environment['ANTHROPIC_API_KEY'] ?? '')
      : cast.providerKey,
    tokens: { owner: cast.owner, session: cast.sessionToken, auditor: cast.auditorToken },
    environment: io.environment,
  });
  owned.add('server', () => server.stop());
  context.ledgerFile = server.ledgerFile;
}

async function startAgent(
  context: DemoContext,
  home: string,
  caFile: string,
  narrate: (line: string) => void,
) {
  const template = known(context.agentTemplate, 'the agent');
  const agent = await startCoderAgent({
    env: template.env,
    scripts: template.scripts,
    home,
    shuffleSeed: Date.now() % 1000,
    identity: {
      workspaceName: context.cast.workspace.name,
      ownerName: context.cast.owner,
      agentName: template.name,
      agentToken: context.cast.agentToken,
    },
    environment: {
      PATH: `${dirname(process.execPath)}:${context.io.environment['PATH'] ?? ''}`,
      AIGOV_RESOLVE: `${ALLOWED_HOST}=127.0.0.1`,
      NODE_EXTRA_CA_CERTS: caFile,
      SSL_CERT_FILE: undefined,
    },
  });
  context.owned.add('workspace agent', () => agent.stop());
  context.agent = agent;
  const results = await agent.started;
  for (const { displayName, status } of results) narrate(`${displayName}: ${status}`);
  const status = await agent.exec(['aigov', 'workspace', 'status', '--json']);
  const health = status.exitCode === 0 ? (JSON.parse(status.stdout) as Health) : undefined;
  context.level = health?.firewallLevel ?? 'none';
  const failed = results.filter(({ status }) => status !== 'ok');
  return {
    checks: [
      check(
        'every script ended well',
        failed.length === 0,
        failed.map((each) => each.log).join('\n'),
      ),
      check(
        'the runtime says it is ready',
        health?.status === 'ready',
        health?.status ?? status.stderr,
      ),
      ...levelChecks(context),
    ],
    evidence: {
      level: context.level,
      health,
      scripts: results.map(({ displayName }) => displayName),
    },
  };
}

interface Health {
  readonly status: string;
  readonly firewallLevel: string;
  readonly policyVersion: string;
}

function levelChecks({ flags, level }: DemoContext): Check[] {
  if (flags.requireLevel === undefined) return [];
  return [
    check(
      `the jail is at level ${flags.requireLevel}`,
      level === flags.requireLevel,
      `level ${level}`,
    ),
  ];
}

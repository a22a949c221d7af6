import { App, TerraformVariable } from 'cdktf';
import { Construct } from 'constructs';
import { AigovErrors } from '../../policy';
import {
  AgentFirewall,
  AiGateway,
  CoderTemplate,
  DockerWorkspace,
  GovernedWorkspace,
  Policy,
  clients,
  type GovernedWorkspaceProps,
} from '../../constructs';
import * as coder from '../../constructs/coder';
import { fakeRuntime, policyFile, scratch, synthesize } from './scratch';

type Overrides = Partial<GovernedWorkspaceProps>;

function governed(folder: string, template: CoderTemplate, overrides: Overrides = {}) {
  return new GovernedWorkspace(template, 'governed', {
    infrastructure: new DockerWorkspace(template, 'main', { image: 'node:24-bookworm' }),
    clients: [clients.claudeCode, clients.openaiSdk],
    gateway: AiGateway.server('https://aigov.corp.example'),
    policy: Policy.fromFile(policyFile(folder)),
    runtime: fakeRuntime(folder),
    ...overrides,
  });
}

function filesOf(overrides: Overrides = {}): ReadonlyMap<string, string> {
  using folder = scratch();
  return synthesize(folder.path, (template) => governed(folder.path, template, overrides));
}

const mainOf = (overrides: Overrides = {}): string => filesOf(overrides).get('main.tf') ?? '';

/** One block of the configuration, by its first line. */
function blockOf(main: string, head: string): string {
  const start = main.indexOf(`${head} {`);
  return start === -1 ? '' : main.slice(start, main.indexOf('\n}', start) + 2);
}

test('the session token stands in exactly one place [TM-1]', () => {
  const main = mainOf();
  expect(main.match(/session_token$/gm)).toHaveLength(1);
  expect(blockOf(main, 'resource "coder_env" "governed_aigov_session_token"')).toBe(
    `resource "coder_env" "governed_aigov_session_token" {
  agent_id       = coder_agent.main.id
  merge_strategy = "error"
  name           = "AIGOV_SESSION_TOKEN"
  value          = data.coder_workspace_owner.me.session_token
}`,
  );
  const others = [...filesOf()].filter(([path]) => path !== 'main.tf').map(([, text]) => text);
  expect(others.filter((text) => /session_token/.test(text))).toEqual([]);
});

test('clients are sent to the relay with the placeholder key, and a clash fails the build [TM-1] [GW-4]', () => {
  const main = mainOf();
  const variables = [...main.matchAll(/name +=( "[A-Z_]+")\n +value += (.*)\n/g)].map(
    ([, name, value]) => `${name}=${value}`,
  );
  expect(variables).toEqual([
    ' "ANTHROPIC_BASE_URL"="http://127.0.0.1:4180/anthropic"',
    ' "ANTHROPIC_AUTH_TOKEN"="aigov-placeholder"',
    ' "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"="1"',
    ' "OPENAI_BASE_URL"="http://127.0.0.1:4180/openai/v1"',
    ' "OPENAI_API_KEY"="aigov-placeholder"',
    ' "AIGOV_SESSION_TOKEN"=data.coder_workspace_owner.me.session_token',
  ]);
  expect(main.match(/merge_strategy = "error"/g)).toHaveLength(variables.length);
});

test('enable_boundary switches the firewall of the workspace [FW-3]', () => {
  const main = mainOf();
  expect(main).toContain('isEnabled = var.enable_boundary');
  expect(blockOf(main, 'variable "enable_boundary"')).toContain('default     = true');
  const off = mainOf({ enableBoundary: false });
  expect(blockOf(off, 'variable "enable_boundary"')).toContain('default     = false');
});

test('without a firewall there is nothing to switch', () => {
  const main = mainOf({ firewall: AgentFirewall.off() });
  expect(main).toContain('isEnabled = false');
  expect(main).not.toContain('enable_boundary');
});

test('the policy travels as a file, checked [FW-3]', () => {
  const files = filesOf();
  expect(JSON.parse(files.get('policy/governed.json') ?? '')).toMatchObject([{ name: 'template' }]);
  expect(files.get('main.tf')).toContain(
    'policy  = jsondecode(file("${path.module}/policy/governed.json"))',
  );
});

test('nobody logs in before the start script has ended, parts block nobody', () => {
  const main = mainOf();
  expect(blockOf(main, 'resource "coder_script" "governed_start"')).toContain(
    'start_blocks_login = true',
  );
  expect(main.match(/start_blocks_login/g)).toHaveLength(1);
  expect(main.match(/run_on_start += true/g)).toHaveLength(2);
});

test('same app, same bytes', () => {
  expect([...filesOf()]).toEqual([...filesOf()]);
});

test('a bundled gateway is told its upstream', () => {
  const upstream = {
    name: 'anthropic',
    type: 'anthropic',
    baseUrl: 'https://api.anthropic.com',
  } as const;
  const main = mainOf({ gateway: AiGateway.bundled({ upstream }) });
  expect(main).toContain('kind = "bundled"');
  expect(main).toContain('baseUrl = "https://api.anthropic.com"');
});

test('governs an agent of other infrastructure', () => {
  using folder = scratch();
  const main = synthesize(folder.path, (template) => {
    const agent = new coder.agent.Agent(template, 'agent', { os: 'linux', arch: 'arm64' });
    agent.overrideLogicalId('box');
    const { infrastructure: _, ...props } = {
      clients: [clients.codex],
      gateway: AiGateway.server('https://aigov.corp.example'),
      policy: Policy.fromFile(policyFile(folder.path)),
      runtime: fakeRuntime(folder.path),
      infrastructure: undefined,
    };
    new GovernedWorkspace(template, 'governed', props).attach(agent);
  }).get('main.tf');
  expect(main).toContain('agent_id     = coder_agent.box.id');
  expect(main).not.toContain('docker');
});

test('an agent whose architecture only Terraform knows gets both helpers', () => {
  using folder = scratch();
  const start = synthesize(folder.path, (template) => {
    const arch = new TerraformVariable(template, 'arch', { type: 'string' }).stringValue;
    const agent = new coder.agent.Agent(template, 'agent', { os: 'linux', arch });
    new GovernedWorkspace(template, 'governed', {
      clients: [clients.codex],
      gateway: AiGateway.server('https://aigov.corp.example'),
      policy: Policy.fromFile(policyFile(folder.path)),
      runtime: fakeRuntime(folder.path),
    }).attach(agent);
  }).get('scripts/aigov-start.sh.tftpl');
  expect(start).toContain('"arch":"x64"');
  expect(start).toContain('"arch":"arm64"');
});

test('an agent the runtime cannot run on is refused', () => {
  using folder = scratch();
  const build = (template: CoderTemplate) =>
    governed(folder.path, template, {
      infrastructure: Object.assign(new Construct(template, 'pi'), {
        agent: new coder.agent.Agent(template, 'agent', { os: 'darwin', arch: 'armv7' }),
      }),
    });
  expect(() => synthesize(folder.path, build)).toThrow(
    /os is "darwin"; allowed is "linux"[^]*arch is "armv7"; allowed is "amd64" or "arm64"/,
  );
});

test('two workspaces of one template share runtime scripts and switch, not names', () => {
  using folder = scratch();
  const files = synthesize(folder.path, (template) => {
    for (const id of ['one', 'two']) {
      new GovernedWorkspace(template, `governed-${id}`, {
        infrastructure: new DockerWorkspace(template, id, { image: 'node:24' }),
        clients: [clients.claudeCode],
        gateway: AiGateway.server('https://aigov.corp.example'),
        policy: Policy.fromFile(policyFile(folder.path)),
        runtime: fakeRuntime(folder.path),
      });
    }
  });
  expect([...files.keys()]).toEqual([
    'main.tf',
    'policy/governed-one.json',
    'policy/governed-two.json',
    'scripts/aigov-runtime-00.sh',
    'scripts/aigov-start.sh.tftpl',
  ]);
  expect(files.get('main.tf')?.match(/variable "enable_boundary"/g)).toHaveLength(1);
});

function faultsOf(build: (template: CoderTemplate, folder: string) => unknown): string[] {
  using folder = scratch();
  try {
    build(new CoderTemplate(new App({ outdir: folder.path }), 'sample'), folder.path);
  } catch (error) {
    if (error instanceof AigovErrors) {
      return error.faults.map(({ code, at, remedy }) => `${code} ${at}: ${remedy.length > 0}`);
    }
    throw error;
  }
  return [];
}

test('all wrong props of a construct are reported at once, each with its place', () => {
  const faults = faultsOf(
    (template) =>
      new DockerWorkspace(template, 'main', { image: 'two words', home: 'relative', user: '' }),
  );
  expect(faults).toEqual([
    'PROP_INVALID DockerWorkspace "sample/main".image: true',
    'PROP_INVALID DockerWorkspace "sample/main".user: true',
    'PROP_INVALID DockerWorkspace "sample/main".home: true',
  ]);
});

test.each([
  ['ftp://aigov.corp.example', 'another protocol'],
  ['http://aigov.corp.example', 'a token in clear text'],
  ['https://user:secret@aigov.corp.example', 'credentials'],
  ['https://aigov.corp.example?x=1', 'a query'],
  ['aigov.corp.example', 'no protocol'],
  ['', 'nothing'],
])('a server address with faults is refused: %s (%s)', (url) => {
  const message = () => AiGateway.server(url);
  expect(message).toThrow(AigovErrors);
  expect(message).not.toThrow(/secret/);
});

test.each(['http://127.0.0.1:4100', 'http://host.docker.internal:4100', 'https://a.example/base/'])(
  'a server address is accepted: %s',
  (url) => {
    expect(AiGateway.server(url).config).toEqual({ kind: 'server', url: url.replace(/\/$/, '') });
  },
);

test('unknown and repeated clients are refused', () => {
  const claude = clients.claudeCode;
  for (const list of [[], [claude, claude], [{ ...claude, id: 'nobody' }]]) {
    expect(faultsOf((template, folder) => governed(folder, template, { clients: list }))).toEqual([
      'PROP_INVALID GovernedWorkspace "sample/governed".clients: true',
    ]);
  }
});

test('a second agent is refused, and none is a fault at synth', () => {
  using folder = scratch();
  const build = (template: CoderTemplate) => {
    const workspace = governed(folder.path, template);
    workspace.attach(new DockerWorkspace(template, 'other', { image: 'node:24' }).agent);
  };
  expect(() => synthesize(folder.path, build)).toThrow('governs "sample/main/agent" already');
});

test('a runtime that was not built is named', () => {
  const runtime = { runtimePath: '/nowhere/aigov.cjs', helperPaths: { amd64: '/a', arm64: '/b' } };
  expect(() => mainOf({ runtime })).toThrow('/nowhere/aigov.cjs cannot be read');
});

test('MCP servers of the workspace travel in its configuration, escaped; a wrong name or command is refused', () => {
  const main = mainOf({ mcpServers: [{ name: 'files', command: ['npx', '-y', '${evil}'] }] });
  expect(main).toContain('command = ["npx", "-y", "$${evil}"]');
  const wrong = [
    { name: 'Files', command: ['x'] },
    { name: 'b', command: [] },
  ];
  expect(() => mainOf({ mcpServers: wrong })).toThrow(
    /mcpServers is \["Files","b"\][^]*mcpServers\[1\]\.command is \[\]/,
  );
});

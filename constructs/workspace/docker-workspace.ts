import { Fn } from 'cdktf';
import { Construct } from 'constructs';
import * as coder from '../coder';
import * as docker from '../docker';
import { named } from '../logical-name';
import { PropFaults } from '../prop-faults';
import { CoderTemplate } from '../template/coder-template';
import { literal } from '../template/template-string';
import type { AgentArchitecture } from '../runtime/runtime-files';
import type { IWorkspaceInfrastructure } from './infrastructure';

export interface DockerWorkspaceProps {
  /**
   * Image of the workspace container. It needs Node.js 20.19 or newer on PATH, for the aigov runtime, and `curl`,
   * `wget` or `busybox`, for Coder's agent. `node:24-bookworm` has both.
   */
  readonly image: string;
  /** Architecture of the Docker host. @default 'amd64' */
  readonly arch?: AgentArchitecture;
  /** User the container runs as. @default - the image's */
  readonly user?: string;
  /** Home of that user; a volume that outlives restarts is mounted there. @default '/home/coder' */
  readonly home?: string;
  /**
   * Lets processes in the container make user namespaces, which firewall level A needs, by turning off the
   * container's seccomp and AppArmor profiles. @default false
   */
  readonly allowUserNamespaces?: boolean;
}

/** A workspace in a Docker container, with a home volume and a workspace agent. */
export class DockerWorkspace extends Construct implements IWorkspaceInfrastructure {
  readonly agent: coder.agent.Agent;

  /** @param id also the agent's name in Coder; changing it replaces people's workspaces */
  constructor(scope: Construct, id: string, props: DockerWorkspaceProps) {
    super(scope, id);
    checkProps(this, props);
    const template = CoderTemplate.of(this);
    requireDockerProvider(template);
    this.agent = named(
      new coder.agent.Agent(this, 'agent', { os: 'linux', arch: props.arch ?? 'amd64' }),
      this,
    );
    const volume = this.#createHome(template);
    this.#createContainer(template, volume, props);
  }

  /** Kept when the workspace stops, and through every change of the template. */
  #createHome({ workspace }: CoderTemplate): docker.volume.Volume {
    const volume = new docker.volume.Volume(this, 'home', {
      name: `coder-${workspace.id}-home`,
      lifecycle: { ignoreChanges: 'all' },
    });
    return named(volume, this, 'home');
  }

  #createContainer(
    { workspace, owner }: CoderTemplate,
    volume: docker.volume.Volume,
    { image, user, home = '/home/coder', allowUserNamespaces = false }: DockerWorkspaceProps,
  ): void {
    const container = new docker.container.Container(this, 'container', {
      count: workspace.startCount,
      image: literal(image),
      name: `coder-${owner.name}-${Fn.lower(workspace.name)}`,
      hostname: workspace.name,
      entrypoint: ['sh', '-c', reachableFromContainer(this.agent.initScript)],
      env: [`CODER_AGENT_TOKEN=${this.agent.token}`],
      host: [{ host: 'host.docker.internal', ip: 'host-gateway' }],
      volumes: [{ containerPath: literal(home), volumeName: volume.name, readOnly: false }],
      labels: [
        { label: 'coder.owner', value: owner.name },
        { label: 'coder.owner_id', value: owner.id },
        { label: 'coder.workspace_id', value: workspace.id },
        { label: 'coder.workspace_name', value: workspace.name },
      ],
      ...(user === undefined ? {} : { user: literal(user) }),
      ...(allowUserNamespaces
        ? { securityOpts: ['apparmor=unconfined', 'seccomp=unconfined'] }
        : {}),
    });
    named(container, this);
  }
}

/** A Coder server on the Docker host's loopback is reached by another name from inside. */
function reachableFromContainer(initScript: string): string {
  return Fn.replace(initScript, '/localhost|127[.]0[.]0[.]1/', 'host.docker.internal');
}

function requireDockerProvider(template: CoderTemplate): void {
  if (template.node.tryFindChild('docker') !== undefined) return;
  new docker.provider.DockerProvider(template, 'docker', {});
}

function checkProps(owner: DockerWorkspace, props: DockerWorkspaceProps): void {
  const { image, arch, user, home } = props;
  const faults = new PropFaults(owner);
  const isWord = (text: string | undefined) => text === undefined || /^[^\s\p{Cc}]+$/u.test(text);
  const imageRemedy =
    'Name an image that has Node.js 20.19 or newer, for example "node:24-bookworm".';
  faults.check(
    'image',
    image,
    typeof image === 'string' && isWord(image),
    'an image reference',
    imageRemedy,
  );
  const isArch = arch === undefined || ['amd64', 'arm64'].includes(arch);
  faults.check(
    'arch',
    arch,
    isArch,
    '"amd64" or "arm64"',
    'Name the architecture of the Docker host.',
  );
  faults.check('user', user, isWord(user), 'a user name or id', 'Name a user of the image.');
  const isAbsolute = isWord(home) && (home?.startsWith('/') ?? true);
  faults.check('home', home, isAbsolute, 'an absolute path', 'Write a path such as "/home/coder".');
  faults.throwIfAny();
}

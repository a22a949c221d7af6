import { get } from 'node:http';

/** What `GET /healthz` on the relay port answers. `status` is `ready` once relay, firewall and spool all work. */
export interface WorkspaceHealth {
  readonly service: 'aigov-workspace';
  readonly status: 'starting' | 'ready' | 'stopping';
  readonly pid: number;
  readonly stateDir: string;
  /** SHA-256 of the workspace.json in force. */
  readonly configSha256: string;
  readonly runtimeVersion: string;
  readonly policyVersion: string;
  /** Exceptions granted and not yet over. */
  readonly exceptions: readonly {
    readonly id: string;
    readonly rule: string;
    readonly until: string;
  }[];
  /** Jail level in force, or `off` when the template switched the firewall off. */
  readonly firewallLevel: string;
  /** How to run a command in a jail; absent when the firewall is off. */
  readonly jail?: {
    /** Program and arguments, to be followed by the command. */
    readonly launch: readonly string[];
  };
  readonly audit: { readonly unshipped: number; readonly lastError?: string };
}

/** Asks a port for its health. Undefined: nobody there, or somebody who is not an aigov workspace runtime. */
export function fetchHealth(port: number): Promise<WorkspaceHealth | undefined> {
  return new Promise((resolve) => {
    const request = get(
      { host: '127.0.0.1', port, path: '/healthz', timeout: 2000 },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', () => resolve(undefined));
        response.on('end', () => resolve(parseHealth(Buffer.concat(chunks).toString('utf8'))));
      },
    );
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(undefined));
    request.on('close', () => resolve(undefined));
  });
}

function parseHealth(text: string): WorkspaceHealth | undefined {
  try {
    const value = JSON.parse(text) as Partial<WorkspaceHealth> | null;
    return value?.service === 'aigov-workspace' ? (value as WorkspaceHealth) : undefined;
  } catch {
    return undefined;
  }
}

import { join } from 'node:path';
import { AigovError } from '../../policy';
import { DEFAULT_RELAY_PORT } from '../../workspace';
import type { CliIo } from '../io';

/** What a workspace command reads from the environment (contracts §8). */
export interface WorkspaceSettings {
  /** Absent when the environment names none: there is nobody whose clients could be configured. */
  readonly home?: string;
  readonly stateDir: string;
  readonly port: number;
  /** Empty when the environment has none. */
  readonly sessionToken: string;
  /** Where Coder's workspace agent takes firewall decisions. */
  readonly boundarySocketPath: string;
}

export function readWorkspaceSettings({ environment }: CliIo): WorkspaceSettings {
  const home = environment['HOME'];
  const stateHome = environment['XDG_STATE_HOME'] ?? join(home ?? '/', '.local', 'state');
  return {
    ...(home === undefined || home === '' ? {} : { home }),
    stateDir: environment['AIGOV_STATE_DIR'] ?? join(stateHome, 'aigov'),
    port: readPort(environment['AIGOV_RELAY_PORT']),
    sessionToken: environment['AIGOV_SESSION_TOKEN'] ?? '',
    // the agent's own variable and default (coder/coder agent, read 2026-11-28)
    boundarySocketPath:
      environment['CODER_AGENT_BOUNDARY_LOG_PROXY_SOCKET_PATH'] ??
      join(environment['TMPDIR'] ?? '/tmp', 'boundary-audit.sock'),
  };
}

function readPort(text: string | undefined): number {
  if (text === undefined || text === '') return DEFAULT_RELAY_PORT;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new AigovError(
    'RELAY_PORT_INVALID',
    `AIGOV_RELAY_PORT: ${JSON.stringify(text)} is not a port`,
    {
      remedy: 'Set AIGOV_RELAY_PORT to a number from 1 to 65535, or unset it.',
      at: 'AIGOV_RELAY_PORT',
    },
  );
}

/**
 * workspace/: the composition root inside a workspace. Relay, firewall, spool shipping and health in one process,
 * bundled to one file for Node 20. Start reading at `start.ts`; `control.ts` starts and stops that process.
 */
export { writeClientFiles } from './client-files';
export { mcpServersOf } from './mcp-servers';
export { parseWorkspaceConfig, type LoadedConfig } from './config';
export { requestException, revokeException } from './control-socket';
export { startDaemon, stopDaemon, type StartReport, type StartResult } from './control';
export { fetchHealth, type WorkspaceHealth } from './health';
export { installLaunchers } from './launchers';
export { statePaths } from './state';
export { DEFAULT_RELAY_PORT, startWorkspace, type RunningWorkspace } from './start';

/**
 * server/: the control plane: gateway, ledger and API in one process. May import dashboard/ (built), usage/, gateway/,
 * audit/ and policy/. Start reading at `start-server.ts`; `config-schema.ts` is the configuration file.
 */
export { startServer, type RunningServer, type StartOptions } from './start-server';
export { loadServerConfig, type ServerConfig, type StaticToken } from './config';
export { configWarnings } from './config-warnings';
export { embeddedConfig } from './embedded-config';

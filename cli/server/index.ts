import { resolve } from 'node:path';
import type { Command } from 'commander';
import { describeAddress } from '../../audit';
import {
  embeddedConfig,
  loadServerConfig,
  configWarnings,
  startServer,
  type RunningServer,
  type ServerConfig,
} from '../../server';
import type { CliIo } from '../io';

/** `aigov server` and `aigov server check-config`. */
export function registerServerCommands(program: Command, io: CliIo): void {
  const server = program
    .command('server')
    .description('Run the control plane: gateway, ledger, API')
    .option('--config <file>', 'configuration file; without it: loopback, SQLite in ./aigov-data')
    .addHelpText('after', '\nExample:\n  $ aigov server --config aigov.yaml\n')
    .action(async (options: { config?: string }) => runServer(options.config, io));
  server
    .command('check-config')
    .description('Check a configuration file, its policies and secrets, all faults at once')
    .argument('<file>')
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExample:\n  $ aigov server check-config aigov.yaml\n')
    .action((file: string, options: { json?: boolean }) =>
      checkConfig(file, options.json === true, io),
    );
}

async function runServer(file: string | undefined, io: CliIo): Promise<void> {
  const config = file === undefined ? openEmbedded(io) : loadConfig(file, io);
  for (const warning of configWarnings(config)) io.stderr.write(`warning: ${warning}\n`);
  const server = await startServer(config, { logger: stderrLogger(io) });
  io.stdout.write(`aigov server listening on ${server.url}\n`);
  const onHangUp = () => reload(server, file, io);
  process.on('SIGHUP', onHangUp);
  await stopSignal();
  process.off('SIGHUP', onHangUp);
  io.stderr.write('stopping: finishing what is in flight\n');
  await server.close();
}

/** SIGHUP reads the file again. Without a file there is nothing to read, and the signal ends nothing. */
function reload(server: RunningServer, file: string | undefined, io: CliIo): void {
  if (file === undefined) return;
  const isTaken = server.reload(() => loadConfig(file, io));
  io.stderr.write(isTaken ? `${file} is in force\n` : `${file} is not taken\n`);
}

function openEmbedded(io: CliIo): ServerConfig {
  const dataDir = resolve(io.cwd, 'aigov-data');
  const { config, adminToken } = embeddedConfig(dataDir);
  io.stderr.write(`no configuration: records go to ${config.databasePath}\n`);
  io.stdout.write(`admin token (shown once, valid until this server stops): ${adminToken}\n`);
  return config;
}

function loadConfig(file: string, io: CliIo): ServerConfig {
  return loadServerConfig(resolve(io.cwd, file), io.environment);
}

function checkConfig(file: string, asJson: boolean, io: CliIo): void {
  const config = loadConfig(file, io);
  const { listen, providers, mcpServers = [], tokens, policies, databasePath, postgres } = config;
  const summary = {
    listen: `${listen.host}:${listen.port}`,
    database: postgres === undefined ? databasePath : describeAddress(postgres.address),
    providers: providers.map(({ name, type, keys }) => ({ name, type, keys: keys.length })),
    tokens: tokens.map(({ user, role }) => ({ user, role })),
    policies: policies.map(({ name }) => name),
    mcpServers: mcpServers.map(({ name, target }) => ({ name, kind: target.kind })),
    warnings: configWarnings(config),
  };
  io.stdout.write(asJson ? `${JSON.stringify(summary)}\n` : renderSummary(file, summary));
}

function renderSummary(
  file: string,
  summary: {
    listen: string;
    database: string;
    providers: { name: string; type: string; keys: number }[];
    policies: string[];
    mcpServers: { name: string; kind: string }[];
    warnings: readonly string[];
  },
): string {
  const providers = summary.providers.map(
    ({ name, type, keys }) => `${name} (${type}, ${keys} keys)`,
  );
  const servers = summary.mcpServers.map(({ name, kind }) => `${name} (${kind})`);
  return [
    `${file}: valid`,
    `  listen     ${summary.listen}`,
    `  database   ${summary.database}`,
    `  providers  ${providers.join(', ') || 'none'}`,
    `  policies   ${summary.policies.join(' > ') || 'none'}`,
    `  mcp        ${servers.join(', ') || 'none'}`,
    ...summary.warnings.map((warning) => `  warning: ${warning}`),
    '',
  ].join('\n');
}

function stderrLogger(io: CliIo) {
  return {
    warn: (message: string, fields: object = {}) =>
      void io.stderr.write(`${JSON.stringify({ level: 'warn', message, ...fields })}\n`),
  };
}

function stopSignal(): Promise<void> {
  return new Promise((stop) => {
    process.once('SIGTERM', () => stop());
    process.once('SIGINT', () => stop());
  });
}

/**
 * A server as a process of its own, for tests that kill it: argv is its configuration file and, among replicas, after
 * how many milliseconds of silence another one is dead. Prints its URL.
 */
import { loadServerConfig, startServer } from '../../server';

async function main(): Promise<void> {
  const [file = '', silenceMs] = process.argv.slice(2);
  const environment = { PROVIDER_KEY: 'provider-key', ALICE: 'token-of-alice' };
  const watch = silenceMs === undefined ? {} : { beatMs: 200, silenceMs: Number(silenceMs) };
  const server = await startServer(loadServerConfig(file, environment), { watch });
  process.stdout.write(`${server.url}\n`);
}

void main();

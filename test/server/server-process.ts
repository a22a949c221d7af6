/** A server as a process of its own, for tests that kill it: argv is its configuration file. Prints its URL. */
import { loadServerConfig, startServer } from '../../server';

async function main(): Promise<void> {
  const [file = ''] = process.argv.slice(2);
  const server = await startServer(
    loadServerConfig(file, { PROVIDER_KEY: 'provider-key', ALICE: 'token-of-alice' }),
  );
  process.stdout.write(`${server.url}\n`);
}

void main();

/** A bundled relay with its spool as a process of its own, for tests that kill it. Prints its port. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openSpool } from '../../audit';
import { createRelay } from '../../gateway';
import { compilePolicy } from '../../policy';

async function main(): Promise<void> {
  const [directory = '', upstream = ''] = process.argv.slice(2);
  const relay = createRelay({
    upstream: {
      kind: 'bundled',
      providers: [{ name: 'anthropic', type: 'anthropic', baseUrl: upstream }],
    },
    sessionToken: () => '',
    workspace: { id: 'w1', name: 'dev', templateId: 't', templateName: 't', templateVersion: 'v' },
    owner: 'alice',
    policy: compilePolicy([]),
    recorder: await openSpool({ directory }),
  });
  const server = createServer((request, response) => void relay.handle(request, response));
  server.listen(0, '127.0.0.1', () => {
    process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
  });
}

void main();

import { createServer, type Server } from 'node:http';
import type { AddressInfo, Server as NetServer } from 'node:net';
import { createRelay } from '../gateway';
import { compilePolicy } from '../policy';
import { startServer } from '../server';
import { createMockProvider } from './mock-provider';
import { BENCH_TOKEN, type UsageReport, type WorkerRole } from './gateway-roles';
import { createPassThrough } from './pass-through';

async function start(role: WorkerRole): Promise<number> {
  switch (role.kind) {
    case 'provider':
      return listen(createMockProvider());
    case 'floor':
      return listen(createPassThrough(role.upstream));
    case 'relay':
      return listen(relayServer(role.upstream));
    case 'server':
      return startControlPlane(role);
  }
}

function listen(server: Server | NetServer): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

function relayServer(upstream: string): Server {
  const relay = createRelay({
    upstream: { kind: 'server', url: upstream },
    sessionToken: () => BENCH_TOKEN,
    workspace: { id: 'w', name: 'w', templateId: 't', templateName: 't', templateVersion: 'v' },
    owner: 'bench',
    policy: compilePolicy([]),
    recorder: { record: () => Promise.reject(new Error('the relay records nothing here')) },
  });
  return createServer((request, response) => void relay.handle(request, response));
}

async function startControlPlane(role: Extract<WorkerRole, { kind: 'server' }>): Promise<number> {
  const { url } = await startServer({
    listen: { host: '127.0.0.1', port: 0 },
    databasePath: role.databasePath,
    tokens: [{ user: 'bench', role: 'member', token: BENCH_TOKEN }],
    providers: [
      { name: 'anthropic', type: 'anthropic', baseUrl: role.upstream, keys: ['provider-key'] },
    ],
    policies: [],
  });
  return Number(new URL(url).port);
}

/** Speaks with the benchmark: a role comes in, the port goes out; then a usage report per message. */
process.on('message', (message: WorkerRole | { kind: 'report' }) => {
  if (message.kind !== 'report')
    return void start(message).then((port) => process.send?.({ kind: 'ready', port }));
  const { user, system } = process.cpuUsage();
  const main = process.threadCpuUsage();
  const report: UsageReport = {
    cpuUs: user + system,
    besideMainUs: user + system - main.user - main.system,
    rssBytes: process.memoryUsage.rss(),
  };
  process.send?.(report);
});

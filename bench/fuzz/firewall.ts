/**
 * Fuzz of what the firewall reads from a jail: `node dist/bench/fuzz/firewall.js [COUNT] [SEED]`, COUNT inputs each of
 * DNS, ClientHello, HTTP heads and CONNECT. Ends 1 on a crash, a hang, or a request at the origin that was not allowed.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect as connectTcp, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { parseClientHello } from '../../firewall';
import { ALLOWED_HOST, connectInput, dnsInput, helloInput, httpInput } from './firewall-input';
import { FuzzWorld } from './firewall-world';
import { Random } from './random';

const PARALLEL = 64;
const MAX_CPU_MS = 50;
const HOST_NAME = /^[a-z0-9][a-z0-9_.-]*$/;

/** What a real TLS client says first. */
async function genuineHello(folder: string): Promise<Buffer> {
  const path = join(folder, 'hello');
  const server = createServer();
  server.listen(path);
  await once(server, 'listening');
  const client = connectTls({
    socket: connectTcp(path),
    servername: ALLOWED_HOST,
    ALPNProtocols: ['h2', 'http/1.1'],
  });
  client.on('error', () => undefined);
  const [socket] = await once(server, 'connection');
  const [bytes] = await once(socket, 'data');
  client.destroy();
  socket.destroy();
  server.close();
  return bytes as Buffer;
}

/** Runs one input of pure code; complains when it takes long. */
function timed(run: () => void): void {
  const startedAt = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(startedAt);
  if ((user + system) / 1000 > MAX_CPU_MS)
    throw new Error(`took ${(user + system) / 1000} ms of CPU`);
}

function checkDns(world: FuzzWorld, packet: Buffer): void {
  const reply = world.dns.answer(packet, world.session);
  if (reply === undefined) return;
  if (reply.length > packet.length + 28) throw new Error('a reply much longer than its question');
  if (reply.readUInt16BE(0) !== packet.readUInt16BE(0)) throw new Error('a reply to nobody');
  const isAnswer = reply.readUInt16BE(6) > 0;
  const name = packet.toString('latin1').toLowerCase();
  if (isAnswer && !/allowed.test|localhost/.test(name))
    throw new Error('an address for a denied name');
}

function checkHello(bytes: Buffer): void {
  const hello = parseClientHello(bytes);
  if (hello.kind !== 'hello' || hello.serverName === undefined) return;
  if (!HOST_NAME.test(hello.serverName))
    throw new Error(`a name that is none: ${hello.serverName}`);
}

/** Says `count` inputs on connections, many at once. */
async function converse(
  world: FuzzWorld,
  door: 'transparent' | 'proxy',
  count: number,
  input: () => Buffer,
): Promise<void> {
  let left = count;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const bytes = input();
      await world.say(door, bytes).catch((error: unknown) => {
        throw new Error(`${String(error)} for ${JSON.stringify(bytes.toString('latin1'))}`);
      });
      const [leak] = world.leaks;
      if (leak !== undefined) {
        throw new Error(`${leak} was never allowed; ${JSON.stringify(bytes.toString('latin1'))}`);
      }
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
}

async function run(count: number, seed: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'aigov-fuzz-'));
  const world = new FuzzWorld(folder);
  const random = new Random(seed);
  try {
    await world.start();
    const genuine = await genuineHello(folder);
    for (let i = 0; i < count; i += 1) {
      const packet = dnsInput(random);
      timed(() => checkDns(world, packet));
      const hello = helloInput(random, genuine);
      timed(() => checkHello(hello));
    }
    console.log(`DNS, ClientHello: ${count} each`);
    await converse(world, 'transparent', count, () => httpInput(random));
    console.log(
      `HTTP: ${count}, of which ${world.reached} requests reached the origin, all allowed`,
    );
    const before = world.reached;
    await converse(world, 'proxy', count, () => connectInput(random, world.originPort));
    console.log(
      `CONNECT: ${count}, of which ${world.reached - before} reached the origin, all allowed`,
    );
  } finally {
    await world.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const count = Number(process.argv[2] ?? 10_000);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31);
console.log(`seed ${seed}`);
process.on('uncaughtException', (error) => {
  console.error(error);
  process.exit(1);
});
run(count, seed).then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);

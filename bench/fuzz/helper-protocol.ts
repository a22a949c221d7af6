/**
 * Fuzz of the helper's control protocol, from both sides: `node dist/bench/fuzz/helper-protocol.js [COUNT] [SEED]`.
 * A broker must outlive anything a connection sends; a supervisor must give up on a malformed plan with status 125,
 * never crash, hang or run the command. Ends 1 at the first input that breaks this, and names its seed.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from './random';

export interface HelperFuzzOptions {
  readonly helperPath: string;
  readonly inputs: number;
  readonly seed: number;
}

/** Tags and types the helper knows, and some it does not. */
const LETTERS = 'LHRXEFBNZPGACDKOfsemwTUhrcnqdkyuo?\0'.split('');
const SIZES = [0, 1, 3, 4, 5, 8, 9, 16, 24, 64] as const;
const HANG_MS = 20_000;

function bytes(random: Random, size: number): Buffer {
  return Buffer.from(Array.from({ length: size }, () => random.below(256)));
}

/** A field of the protocol: tag, length, bytes. */
function field(tag: string, value: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(tag, 0, 1, 'latin1');
  head.writeUInt32LE(value.length, 1);
  return Buffer.concat([head, value]);
}

/** A frame as a supervisor sends it: often well formed, sometimes with a length that lies. */
function frame(random: Random, type: string, payload: Buffer): Buffer {
  const head = Buffer.alloc(5);
  const lies = [0, 1, payload.length + 1, 0x7fffffff, 0xffffffff] as const;
  head.writeUInt32LE(random.below(4) === 0 ? random.pick(lies) : payload.length);
  head.write(type, 4, 1, 'latin1');
  return Buffer.concat([head, payload]);
}

function fields(random: Random): Buffer {
  const count = random.below(6);
  const parts = Array.from({ length: count }, () => {
    const value = bytes(random, random.pick(SIZES));
    if (random.below(3) > 0 && value.length > 0) value[value.length - 1] = 0;
    return field(random.pick(LETTERS), value);
  });
  const payload = Buffer.concat(parts);
  return random.below(4) === 0 ? payload.subarray(0, random.below(payload.length + 1)) : payload;
}

function stream(random: Random): Buffer {
  const count = 1 + random.below(4);
  const frames = Array.from({ length: count }, () =>
    frame(
      random,
      random.pick(LETTERS),
      random.below(2) === 0 ? fields(random) : bytes(random, random.pick(SIZES)),
    ),
  );
  return Buffer.concat(frames);
}

async function startBroker(helperPath: string, socketPath: string): Promise<ChildProcess> {
  const child = spawn(helperPath, ['broker', socketPath], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc', 'pipe'],
    env: {},
  });
  const control = child.stdio[4] as Socket;
  await once(control, 'data'); // it listens
  control.on('data', () => undefined);
  return child;
}

/** Throws when the broker does not survive an input. */
export async function fuzzBroker({ helperPath, inputs, seed }: HelperFuzzOptions): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'aigov-fuzz-'));
  const socketPath = join(folder, 'jail.sock');
  const broker = await startBroker(helperPath, socketPath);
  try {
    for (let input = 0; input < inputs; input += 1) {
      const socket = connect(socketPath);
      socket.on('error', () => undefined);
      socket.on('data', () => undefined);
      socket.end(stream(new Random(seed + input)));
      await once(socket, 'close');
      if (broker.exitCode !== null || broker.signalCode !== null)
        throw new Error(
          `the broker ended (${broker.exitCode ?? broker.signalCode}) at seed ${seed + input}`,
        );
    }
  } finally {
    broker.disconnect();
    (broker.stdio[4] as Socket).destroy();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Answers every hello with the next input. */
async function startHostileDaemon(socketPath: string, next: () => Buffer): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(next()));
  });
  server.listen(socketPath);
  await once(server, 'listening');
  return server;
}

/** Throws when a supervisor crashes, hangs, or runs its command on a plan that is none. */
export async function fuzzSupervisor({
  helperPath,
  inputs,
  seed,
}: HelperFuzzOptions): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'aigov-fuzz-'));
  const socketPath = join(folder, 'jail.sock');
  let current = seed;
  const server = await startHostileDaemon(socketPath, () => {
    const random = new Random(current);
    return frame(random, random.below(5) === 0 ? 'N' : 'P', fields(random));
  });
  try {
    for (; current < seed + inputs; current += 1) {
      const args = ['run', '--socket', socketPath, '--', '/bin/echo', 'RAN'];
      const child = spawn(helperPath, args, {
        stdio: ['ignore', 'pipe', 'ignore'],
        timeout: HANG_MS,
      });
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
      const [status, signal] = (await once(child, 'close')) as [number | null, string | null];
      // A refusal may carry any status of its own; a crash or a hang ends by a signal.
      if (status === null || output !== '')
        throw new Error(
          `the supervisor ended with ${status ?? signal}, output ${output} at seed ${current}`,
        );
    }
  } finally {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  const [, , count = '1000000', seed = '1'] = process.argv;
  const helperPath = join(__dirname, `../../../firewall/native/aigov-jail-${process.arch}`);
  const options = { helperPath, inputs: Number(count), seed: Number(seed) };
  await fuzzBroker(options);
  await fuzzSupervisor(options);
  process.stdout.write(`${count} inputs each way: nothing broke\n`);
}

if (require.main === module) void main();

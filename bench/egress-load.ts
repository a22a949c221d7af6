import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { ORIGIN_HOST } from './egress-roles';

/** Where the load goes. */
export interface Road {
  readonly port: number;
  /** PEM the client trusts; absent: plain HTTP. */
  readonly ca?: string;
  /** Port of the origin, as the Host field names it. */
  readonly originPort: number;
}

export interface RoadResult {
  readonly requests: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Connections that ended before we ended them. */
  readonly lostConnections: number;
}

function open(road: Road): Socket {
  return road.ca === undefined
    ? connect({ port: road.port, host: '127.0.0.1', noDelay: true })
    : connectTls({ port: road.port, host: '127.0.0.1', servername: ORIGIN_HOST, ca: road.ca });
}

function requestBytes({ originPort }: Road, path: string, end: string): Buffer {
  return Buffer.from(`GET ${path} HTTP/1.1\r\nHost: ${ORIGIN_HOST}:${originPort}\r\n${end}\r\n`);
}

/** One request after the other on one connection, reconnecting when it is lost. */
function keepBusy(road: Road, endAt: number): Promise<{ times: number[]; lost: number }> {
  const request = requestBytes(road, '/', '');
  const times: number[] = [];
  let lost = 0;
  return new Promise((resolve) => {
    const begin = (): void => {
      const socket = open(road);
      let received = '';
      let startedAt = 0;
      const send = (): void => {
        received = '';
        startedAt = performance.now();
        socket.write(request);
      };
      socket.once(road.ca === undefined ? 'connect' : 'secureConnect', send);
      socket.on('data', (chunk: Buffer) => {
        received += chunk.toString('latin1');
        const headEnd = received.indexOf('\r\n\r\n');
        if (headEnd === -1 || received.length < headEnd + 4 + 100) return;
        if (!received.startsWith('HTTP/1.1 200')) throw new Error(received.slice(0, 200));
        const now = performance.now();
        times.push(now - startedAt);
        if (now < endAt) send();
        else {
          socket.removeAllListeners('close');
          socket.destroy();
          resolve({ times, lost });
        }
      });
      socket.on('error', () => undefined);
      socket.once('close', () => {
        lost += 1;
        if (performance.now() < endAt) begin();
        else resolve({ times, lost });
      });
    };
    begin();
  });
}

/** Keeps `connections` busy for a time. */
export async function loadRoad(
  road: Road,
  connections: number,
  durationMs: number,
): Promise<RoadResult> {
  const startedAt = performance.now();
  const workers = Array.from({ length: connections }, () => keepBusy(road, startedAt + durationMs));
  const results = await Promise.all(workers);
  const times = results.flatMap((result) => result.times).toSorted((a, b) => a - b);
  const at = (share: number): number => times[Math.floor(times.length * share)] ?? 0;
  return {
    requests: times.length,
    seconds: (performance.now() - startedAt) / 1000,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    lostConnections: results.reduce((sum, { lost }) => sum + lost, 0),
  };
}

/** Seconds until the whole answer to `path` is there, and its bytes. */
export function download(road: Road, path: string): Promise<{ seconds: number; bytes: number }> {
  const startedAt = performance.now();
  const socket = open(road);
  socket.write(requestBytes(road, path, 'Connection: close\r\n'));
  let bytes = 0;
  return new Promise((resolve, reject) => {
    socket.on('data', (chunk: Buffer) => (bytes += chunk.length));
    socket.on('error', reject);
    socket.on('end', () => resolve({ seconds: (performance.now() - startedAt) / 1000, bytes }));
  });
}

/** Milliseconds between the origin's sending its first event and our having it. Same clock: same machine. */
export function firstEventDelay(road: Road): Promise<number> {
  const socket = open(road);
  socket.write(requestBytes(road, '/event', ''));
  let received = '';
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
      const sentAt = /data: (\d+)\n/.exec(received)?.[1];
      if (sentAt === undefined) return;
      socket.destroy();
      resolve(Number(process.hrtime.bigint() - BigInt(sentAt)) / 1e6);
    });
  });
}

/** Sends a body and waits for the whole answer. */
export function upload(road: Road, bytes: number): Promise<void> {
  const socket = open(road);
  const piece = Buffer.alloc(256 * 1024, 'x');
  const head = `POST / HTTP/1.1\r\nHost: ${ORIGIN_HOST}:${road.originPort}\r\n`;
  socket.write(`${head}Content-Length: ${bytes}\r\nConnection: close\r\n\r\n`);
  let left = bytes;
  const send = (): void => {
    while (left > 0) {
      left -= piece.length;
      if (!socket.write(piece)) {
        socket.once('drain', send);
        return;
      }
    }
  };
  send();
  return new Promise((resolve, reject) => {
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
    socket.on('error', reject);
    socket.on('end', () =>
      answer.startsWith('HTTP/1.1 200') ? resolve() : reject(new Error(answer.slice(0, 200))),
    );
  });
}

/** Opens streams until all are open at once and each has its first event; how many have. */
export async function holdStreams(road: Road, count: number): Promise<number> {
  const sockets = Array.from({ length: count }, () => open(road));
  const firsts = sockets.map((socket) => {
    socket.write(requestBytes(road, '/event', ''));
    return new Promise<boolean>((resolve) => {
      let received = '';
      socket.on('error', () => resolve(false));
      socket.on('close', () => resolve(false));
      socket.on('data', (chunk: Buffer) => {
        received += chunk.toString('latin1');
        if (/data: \d+\n/.test(received)) resolve(true);
      });
    });
  });
  const held = (await Promise.all(firsts)).filter(Boolean).length;
  for (const socket of sockets) socket.destroy();
  return held;
}

/**
 * Level B: a jailed connect ends at a port of this process, and the supervisor says beforehand where it was going.
 * Word and connection come by different ways, so either may be here first. A connection nobody announced is not the
 * jail's: some other process of this machine found the port.
 */
import { SocketAddress, type Socket } from 'node:net';

export interface Destination {
  readonly address: string;
  readonly port: number;
}

/** Announced connections that never came; the oldest is forgotten. */
const MAX_ANNOUNCED = 4096;
/** Connections nobody has announced yet; more are closed at once. */
const MAX_WAITING = 256;
const WAIT_MS = 5_000;
const ADDRESS_BYTES = 18;
const MAPPED = Buffer.from('00000000000000000000ffff', 'hex');

/** Sixteen octets of IPv6 (IPv4 mapped) and a port, network order. Undefined for anything else. */
export function parseDestination(bytes: Buffer | undefined): Destination | undefined {
  if (bytes?.length !== ADDRESS_BYTES) return undefined;
  const port = bytes.readUInt16BE(16);
  if (bytes.subarray(0, 12).equals(MAPPED))
    return { address: bytes.subarray(12, 16).join('.'), port };
  const words = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16));
  const { address } = new SocketAddress({ address: words.join(':'), family: 'ipv6', port });
  return { address, port };
}

export class RedirectedConnections {
  readonly #announced = new Map<string, Destination>();
  readonly #waiting = new Map<string, Socket>();

  constructor(readonly serve: (socket: Socket, destination: Destination) => void) {}

  /** The supervisor's word: what comes from `source` was going to `destination`. */
  announce(source: Destination, destination: Destination): void {
    const key = keyOf(source);
    const socket = this.#waiting.get(key);
    this.#waiting.delete(key);
    if (socket !== undefined) return this.serve(socket, destination);
    const oldest = this.#announced.keys().next();
    if (this.#announced.size >= MAX_ANNOUNCED && oldest.done !== true)
      this.#announced.delete(oldest.value);
    this.#announced.set(key, destination);
  }

  accept(socket: Socket): void {
    const key = keyOf({ address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 });
    const destination = this.#announced.get(key);
    this.#announced.delete(key);
    if (destination !== undefined) return this.serve(socket, destination);
    if (this.#waiting.size >= MAX_WAITING) return void socket.destroy();
    this.#waiting.set(key, socket);
    const timer = setTimeout(() => {
      if (this.#waiting.delete(key)) socket.destroy();
    }, WAIT_MS);
    socket.once('close', () => {
      clearTimeout(timer);
      if (this.#waiting.get(key) === socket) this.#waiting.delete(key);
    });
  }
}

function keyOf({ address, port }: Destination): string {
  return `${address} ${port}`;
}

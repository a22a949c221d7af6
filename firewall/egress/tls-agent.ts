import { Agent, type AgentOptions } from 'node:https';
import { Socket } from 'node:net';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { Dialer } from './dialer';

/** An https agent that can be given a connection somebody else made, and that knows the company's proxy. */
export class TlsAgent extends Agent {
  readonly #adopted = new Map<string, TLSSocket>();

  constructor(
    options: AgentOptions,
    private readonly dialer: Dialer,
  ) {
    super(options);
  }

  adopt(origin: string, socket: TLSSocket): void {
    this.#adopted.get(origin)?.destroy();
    this.#adopted.set(origin, socket);
    const forget = (): void => {
      if (this.#adopted.get(origin) === socket) this.#adopted.delete(origin);
    };
    socket.once('close', forget);
    socket.once('error', forget);
    socket.setTimeout(this.options.timeout ?? 0, () => {
      if (this.#adopted.get(origin) === socket) socket.destroy();
    });
  }

  override createConnection(
    ...[options, done]: Parameters<Agent['createConnection']>
  ): ReturnType<Agent['createConnection']> {
    const origin = `${options.host}:${options.port}`;
    const socket = this.#adopted.get(origin);
    this.#adopted.delete(origin);
    if (socket !== undefined) return socket;
    const host = options.host ?? '';
    if (this.dialer.proxyFor(host) === undefined) return super.createConnection(options, done);
    this.dialer.dial({ host, port: Number(options.port), addresses: [] }).then(
      (socket) => done?.(null, connect({ ...(options as ConnectionOptions), socket })),
      (error: Error) => done?.(error, new Socket()),
    );
    return undefined;
  }

  override destroy(): void {
    for (const socket of this.#adopted.values()) socket.destroy();
    super.destroy();
  }
}

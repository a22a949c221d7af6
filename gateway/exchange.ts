import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Admission, Caller } from './admission';
import type { Provider } from './provider';
import type { GatewayRoute } from './routes';

/** Finds out who is calling. Never rejects. */
export type Admit = (request: IncomingMessage) => Admission | Promise<Admission>;

/** One request on its way. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly route: GatewayRoute;
  readonly provider: Provider;
  readonly startedAtMs: number;
  readonly admit: Admit;
}

/** An exchange whose caller is known and whose body is in memory. */
export interface Admitted extends Exchange {
  readonly caller: Caller;
  readonly body: Buffer | null;
  /** True when `body` is not the one that came: it is then without its encoding. */
  readonly isRewritten?: boolean;
}

/** An exchange aimed at one upstream's model. */
export interface Aimed extends Admitted {
  readonly model: string;
}

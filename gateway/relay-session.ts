import type { Dispatcher } from 'undici';
import { signContext, type RequestClaims } from './context';
import type { RelayFacts, RelaySession as Registered } from './context-store';
import type { Logger } from './logger';

/** A registration is renewed when less than this is left of it. */
const RENEW_BEFORE_MS = 5 * 60 * 1000;
/** Longest wait for a registration. A request never waits longer than that for its attribution. */
const REGISTER_TIMEOUT_MS = 5000;

export interface RelaySessionOptions {
  readonly dispatcher: Dispatcher;
  /** Path of the server's URL, without a trailing slash. */
  readonly basePath: string;
  readonly host: string;
  readonly sessionToken: () => string;
  readonly facts: RelayFacts;
  readonly logger: Logger;
}

/** The relay's registration with the server: made at the first request, renewed before it ends or when the server forgot it. */
export class RelaySession {
  readonly #options: RelaySessionOptions;
  #current: Registered | undefined;
  /** By the monotonic clock: a workspace's wall clock may be hours off. */
  #renewAtMs = 0;
  #renewing: Promise<void> | undefined;
  /** The last header written; requests with the same claims share it. */
  #written: { claims: string; header: string } | undefined;

  constructor(options: RelaySessionOptions) {
    this.#options = options;
  }

  /** The attribution header. Undefined when the server gave no registration: the request then goes without. */
  async header(claims: RequestClaims): Promise<string | undefined> {
    if (!this.#isFresh()) await this.#renew();
    return this.#current && this.#sign(this.#current, claims);
  }

  /** The server does not know this registration any more. */
  forget(): void {
    this.#current = undefined;
    this.#written = undefined;
  }

  #isFresh(): boolean {
    return this.#current !== undefined && performance.now() < this.#renewAtMs;
  }

  #sign(session: Registered, claims: RequestClaims): string {
    const text = JSON.stringify(claims);
    if (this.#written?.claims !== text)
      this.#written = { claims: text, header: signContext(session, claims) };
    return this.#written.header;
  }

  /** One registration at a time, however many requests wait for it. */
  async #renew(): Promise<void> {
    this.#renewing ??= this.#register().finally(() => {
      this.#renewing = undefined;
    });
    await this.#renewing;
  }

  async #register(): Promise<void> {
    const { dispatcher, basePath, host, sessionToken, facts, logger } = this.#options;
    try {
      const answer = await dispatcher.request({
        method: 'POST',
        path: `${basePath}/api/v1/relay/sessions`,
        headers: {
          host,
          authorization: `Bearer ${sessionToken()}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify(facts),
        headersTimeout: REGISTER_TIMEOUT_MS,
        bodyTimeout: REGISTER_TIMEOUT_MS,
      });
      const text = await answer.body.text();
      if (answer.statusCode !== 201) throw new Error(`status ${answer.statusCode}`);
      this.forget();
      const registered = JSON.parse(text) as Registered;
      const lifetimeMs = registered.lifetimeSeconds * 1000;
      this.#renewAtMs = performance.now() + lifetimeMs - Math.min(RENEW_BEFORE_MS, lifetimeMs / 2);
      this.#current = registered;
    } catch (error) {
      logger.warn('relay not registered with the server', { error: String(error) });
    }
  }
}

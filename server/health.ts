import type { IncomingMessage, ServerResponse } from 'node:http';

/** How long an answer about the parts holds: a probe asks often, and anybody may. */
const FRESH_MS = 1000;

/** The parts a server stands on. */
export interface HealthParts {
  /** Rejects when records cannot be read. */
  askLedger(): Promise<unknown>;
  /** False while the database of budgets and limits does not answer. */
  isStateReachable(): boolean;
  /** False while whoever knows the session tokens does not answer. */
  isIdentityReachable(): boolean;
}

/** What each part can say of itself. `failing` means no work is taken; `degraded` that some of it is refused. */
export type PartState = 'ok' | 'degraded' | 'failing' | 'draining';

/** Whether the server takes new work, and which part says no. */
export class Health {
  isDraining = false;
  readonly #parts: HealthParts;
  #ledger: { readonly askedAtMs: number; readonly state: Promise<PartState> } | undefined;

  constructor(parts: HealthParts) {
    this.#parts = parts;
  }

  /** `/healthz`: the process answers. `/readyz`: it takes new work. True when the request was one of them. */
  answer(request: IncomingMessage, response: ServerResponse): boolean {
    const path = (request.url ?? '/').replace(/\?.*$/s, '');
    if (path === '/healthz') send(response, 200, { status: 'ok' });
    else if (path === '/readyz') void this.#answerReady(response);
    else return false;
    return true;
  }

  async #answerReady(response: ServerResponse): Promise<void> {
    const parts: Readonly<Record<string, PartState>> = {
      server: this.isDraining ? 'draining' : 'ok',
      ledger: await this.#askLedger(),
      limits: this.#parts.isStateReachable() ? 'ok' : 'failing',
      identity: this.#parts.isIdentityReachable() ? 'ok' : 'degraded',
    };
    const states = Object.values(parts);
    const worst = (['draining', 'failing', 'degraded'] as const).find((state) =>
      states.includes(state),
    );
    const isReady = worst === undefined || worst === 'degraded';
    send(response, isReady ? 200 : 503, { status: worst ?? 'ok', parts });
  }

  #askLedger(): Promise<PartState> {
    const nowMs = performance.now();
    if (this.#ledger === undefined || nowMs - this.#ledger.askedAtMs > FRESH_MS) {
      const state = this.#parts.askLedger().then(
        () => 'ok' as const,
        () => 'failing' as const,
      );
      this.#ledger = { askedAtMs: nowMs, state };
    }
    return this.#ledger.state;
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  if (response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify({ service: 'aigov-server', ...body }));
}

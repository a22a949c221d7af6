import type { CompiledPolicy } from '../policy';
import {
  bookedCost,
  budgetRefusal,
  chargesOf,
  unpricedRefusal,
  upperBound,
  type Budgets,
  type Reserved,
} from './budget';
import type { InterceptionEnd, InterceptionStart } from './interception';
import { findPrice, priceUsage, type PriceTable } from './price';
import type { ModelPrice } from './providers/model-price';
import type { Refusal } from './providers/wire-format';

/** Money set aside for one request. */
export interface Held {
  readonly kind: 'held';
  readonly reserved: Reserved;
  readonly microUsd: number;
  readonly price: ModelPrice;
}

type Hold = Held | { readonly kind: 'refused'; readonly refusal: Refusal };

/** Prices answers, and holds requests to budgets: reserved before, settled after. */
export class Spending {
  readonly #prices: PriceTable | undefined;
  readonly #budgets: Budgets | undefined;

  constructor(prices: PriceTable | undefined, budgets: Budgets | undefined) {
    this.#prices = prices;
    this.#budgets = budgets;
  }

  /** Undefined: no budget applies. A key of the caller's own is the caller's money. */
  async hold(
    policy: CompiledPolicy,
    start: InterceptionStart,
    bodyBytes: number,
  ): Promise<Hold | undefined> {
    const { caller, providerName, request } = start;
    if (this.#budgets === undefined || caller.ownKey !== undefined) return undefined;
    const target = { providerName, model: request.model };
    const charges = chargesOf(policy, caller, target, new Date());
    if (charges.length === 0) return undefined;
    const price = this.#priceOf(start.provider, request.model);
    if (price === undefined) return { kind: 'refused', refusal: unpricedRefusal(request.model) };
    const microUsd = upperBound(price, request, bodyBytes, policy.models.maxOutputTokens);
    const reserved = await this.#budgets.reserve(charges, microUsd);
    return reserved.kind === 'reserved'
      ? { kind: 'held', reserved, microUsd, price }
      : { kind: 'refused', refusal: budgetRefusal(reserved) };
  }

  /** Books what the request did cost: all that was set aside when how it ended is not known. */
  async settle(
    held: Held,
    start: InterceptionStart,
    end: InterceptionEnd | undefined,
  ): Promise<void> {
    const price = this.#priceOf(start.provider, end?.response?.model ?? '') ?? held.price;
    const cost =
      end === undefined
        ? held.microUsd
        : bookedCost(price, end.status, end.response, held.microUsd);
    await this.#budgets?.settle(held.reserved, cost);
  }

  /** Nothing went upstream. */
  async release({ reserved }: Held): Promise<void> {
    await this.#budgets?.settle(reserved, 0);
  }

  /** What the record says the answer cost; absent when that is not known. */
  costOf(start: InterceptionStart, { response }: InterceptionEnd): Pick<InterceptionEnd, 'cost'> {
    const price = this.#priceOf(start.provider, response?.model ?? start.request.model);
    if (price === undefined || response?.usage === undefined) return {};
    const microUsd = priceUsage(price, response.usage);
    return { cost: { microUsd, priceTable: this.#prices?.version ?? '' } };
  }

  #priceOf(type: string, model: string): ModelPrice | undefined {
    return this.#prices && findPrice(this.#prices, type, model);
  }
}

/**
 * Names for what was taken out of one request: rule and number, by the order of first appearance. A conversation only
 * grows, so the same secret has the same name in all its turns, and the provider's prompt cache goes on working. Nothing
 * of the secret is in the name.
 */
export class Placeholders {
  readonly #numbers = new Map<string, Map<string, number>>();

  of(rule: string, secret: string): string {
    const known = this.#numbers.get(rule) ?? new Map<string, number>();
    this.#numbers.set(rule, known);
    const number = known.get(secret) ?? known.size + 1;
    known.set(secret, number);
    return `[${rule}-${number}]`;
  }
}

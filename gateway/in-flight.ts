/** Knows what is still running, so that closing can wait for it. */
export class InFlight {
  #count = 0;
  #waiting: (() => void)[] = [];

  /** `work` must never reject. */
  async track(work: Promise<void>): Promise<void> {
    this.#count += 1;
    await work;
    this.#count -= 1;
    if (this.#count > 0) return;
    for (const resolve of this.#waiting) resolve();
    this.#waiting = [];
  }

  drained(): Promise<void> {
    if (this.#count === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}

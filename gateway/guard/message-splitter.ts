import { EventStreamParser } from '../event-stream/parser';
import type { RawEvent } from '../providers/wire-format';

/** Cuts an AWS event stream into messages with the bytes they came in. Throws for what cannot be judged. */
export class MessageSplitter {
  #messages: RawEvent[] = [];
  readonly #parser = new EventStreamParser((message) => this.#messages.push(message));

  get heldBytes(): number {
    return this.#parser.heldBytes;
  }

  push(chunk: Buffer): readonly RawEvent[] {
    this.#parser.push(chunk);
    if (this.#parser.isOverflown) throw new Error('a message over the limit cannot be judged');
    const complete = this.#messages;
    this.#messages = [];
    return complete;
  }

  /** A message that never became complete is no message to anybody. */
  end(): readonly RawEvent[] {
    if (this.heldBytes > 0) throw new Error('the stream ended within a message');
    return [];
  }
}

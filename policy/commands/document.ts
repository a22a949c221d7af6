/** How a rule acts: refuse, let pass but record, or not at all. */
export type CommandRuleMode = 'enforce' | 'monitor' | 'off';

/** An example a rule must (or must not) match: a shell line, or an argv. Run when the policy loads. */
export type CommandExample = string | readonly string[];

/** One rule a layer adds. */
export interface CommandDenyRule {
  /** Stable name in decisions and audit: lower-case letters, digits, dashes; 1 to 64 characters. */
  readonly id: string;
  /**
   * Program, then sub-commands in order, then options in any spelling or order; `*` inside a word stands
   * for any text. At least the program.
   */
  readonly argv: readonly string[];
  /** What the person or model reads when refused. @default a sentence made from `argv` */
  readonly reason?: string;
  readonly match?: readonly CommandExample[];
  readonly notMatch?: readonly CommandExample[];
}

/** The `commands` section of one layer. */
export interface CommandsDocument {
  readonly deny?: readonly CommandDenyRule[];
  /** Built-in rules to switch off, by id; the same as `mode: { id: off }`. */
  readonly disable?: readonly string[];
  /**
   * Mode of built-in rules by id; `*` means every built-in. Where several layers speak of one rule the
   * strictest word holds; where none does, the rule's own default.
   */
  readonly mode?: Readonly<Record<string, CommandRuleMode>>;
}

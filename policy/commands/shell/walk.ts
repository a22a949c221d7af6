import {
  forEachChild,
  type ArrayValue,
  type Assignment,
  type Command,
  type CommandNode,
  type CompoundCommand,
  type CompoundList,
  type Function as FunctionNode,
  type If,
  type ParsedScript,
  type PipelineNode,
  type Redirection,
  type Statement,
  type SyntaxNode,
  type Word,
} from 'unbash';
import { argument, isUnresolved, UNKNOWN, type Argument } from '../argument';
import { hasGlob } from '../glob';
import type { UnresolvedKind } from '../invocation';
import { applyBuiltin } from './builtin';
import { Expander } from './expand';
import { plainOutput } from './output';
import type { FunctionBody, Scope } from './scope';

/** How deep compound commands are followed; what bounds the stack. */
const MAX_NESTING = 150;
/** How deep substitutions in substitutions are followed; each level reads the rest of the text again. */
const MAX_SUBSTITUTIONS = 10;
/** How deep a function body is searched for calls of itself. */
const MAX_SEARCH_DEPTH = 60;
/** What a command costs of the budget, besides one step for each word. */
const STEPS_PER_COMMAND = 15;
/** Values of one loop variable tried apart; a longer list counts as one unknown value. */
const MAX_LOOP_VALUES = 32;

/** Program name of the pseudo-command a redirection to a file is reported as; its argument is the file. */
export const REDIRECTION = '>';
/** Program name of the pseudo-command a function is reported as that starts itself again in the background. */
export const SELF_SPAWNING = '()';

/** What the walk reports to. */
export interface ShellHost {
  /** A simple command, expanded. */
  command(words: readonly Argument[], scope: Scope, stdin: string | undefined): void;
  unresolved(kind: UnresolvedKind, text: string): void;
  /** Takes steps from the budget of the whole text; false when it is used up. */
  spend(steps: number): boolean;
}

/** Output of a part of a script, when it can be told; undefined when not. */
type Output = string | undefined;

/** Runs shell text in the mind: follows directories, variables and functions, reports each command. */
export class ShellWalk {
  private readonly expander = new Expander((script, scope) => this.substitution(script, scope));
  private nesting = 0;
  private substitutionDepth = 0;

  constructor(private readonly host: ShellHost) {}

  script(script: ParsedScript, scope: Scope, stdin?: string): Output {
    for (const { message } of script.errors ?? []) {
      // The parser leaves out what is nested deeper than it follows: nobody may call that read.
      const isTooDeep = message.startsWith('maximum');
      this.host.unresolved(isTooDeep ? 'nesting' : 'syntax', message);
    }
    return this.statements(script.commands, scope, stdin);
  }

  private statements(statements: readonly Statement[], scope: Scope, stdin?: string): Output {
    let output: Output = '';
    for (const statement of statements) {
      const part = this.statement(statement, scope, stdin);
      output = output === undefined || part === undefined ? undefined : output + part;
    }
    return output;
  }

  private list(list: CompoundList, scope: Scope, stdin?: string): Output {
    return this.statements(list.commands, scope, stdin);
  }

  private statement({ command, background }: Statement, scope: Scope, stdin?: string): Output {
    const own = background ? scope.fork() : scope;
    if (command.type !== 'AndOr') return this.pipeline(command, own, stdin);
    const outputs = command.commands.map((part, index) => {
      const isAlternative = command.operators[index - 1] === '||';
      return this.pipeline(part, isAlternative ? own.fork() : own, stdin);
    });
    return outputs.includes(undefined) ? undefined : outputs.join('');
  }

  private pipeline(node: PipelineNode, scope: Scope, stdin?: string): Output {
    if (node.type !== 'Pipeline') return this.command(node, scope, stdin);
    const isAlone = node.commands.length === 1;
    return node.commands.reduce<Output>(
      (input, part) => this.command(part, isAlone ? scope : scope.fork(), input),
      stdin,
    );
  }

  private command(node: CommandNode, scope: Scope, stdin: Output): Output {
    if (this.nesting >= MAX_NESTING) return this.tooDeep(node.type);
    if (!this.host.spend(STEPS_PER_COMMAND)) return undefined;
    this.nesting += 1;
    try {
      return this.anyCommand(node, scope, stdin);
    } finally {
      this.nesting -= 1;
    }
  }

  private anyCommand(node: CommandNode, scope: Scope, stdin: Output): Output {
    if (node.type === 'Command') return this.simple(node, scope, stdin);
    if (node.type === 'Coproc') return this.body(node.body, scope.fork(), undefined);
    if (node.type === 'Function') return this.define(node, scope);
    if (node.type !== 'Redirected') return this.compound(node, scope, stdin);
    const input = this.redirections(node.redirects, scope) ?? stdin;
    return this.compound(node.command, scope, input);
  }

  private substitution(script: ParsedScript, scope: Scope): Output {
    if (this.substitutionDepth >= MAX_SUBSTITUTIONS) return this.tooDeep('$(');
    this.substitutionDepth += 1;
    try {
      return this.script(script, scope.fork());
    } finally {
      this.substitutionDepth -= 1;
    }
  }

  private tooDeep(text: string): undefined {
    this.host.unresolved('nesting', text);
    return undefined;
  }

  private compound(node: CompoundCommand, scope: Scope, stdin: Output): Output {
    switch (node.type) {
      case 'BraceGroup':
        return this.list(node.body, scope, stdin);
      case 'Subshell':
        return this.list(node.body, scope.fork(), stdin);
      case 'If':
        return this.branch(node, scope);
      case 'For':
      case 'Select':
        return this.loop(node.name.value, node.wordlist, node.body, scope);
      case 'While':
        this.list(node.clause, scope, stdin);
        this.list(node.body, scope);
        return undefined;
      case 'ArithmeticFor':
        this.list(node.body, scope);
        return undefined;
      case 'Case':
        for (const item of node.items) this.list(item.body, scope.fork());
        return undefined;
      case 'TestCommand':
      case 'ArithmeticCommand':
        this.substitutions(node, scope);
        return '';
    }
  }

  private branch(node: If, scope: Scope): Output {
    this.list(node.clause, scope);
    const taken = scope.fork();
    this.list(node.then, taken);
    let other = scope.fork();
    for (const { clause, then } of node.elif) {
      this.list(clause, other);
      const branch = other.fork();
      this.list(then, branch);
      other.join(branch, other.fork());
    }
    if (node.else) this.list(node.else, other);
    scope.join(taken, other);
    return undefined;
  }

  private loop(
    name: string,
    wordlist: readonly Word[] | undefined,
    body: CompoundList,
    scope: Scope,
  ): Output {
    const values = (wordlist ?? []).flatMap((word) => this.expander.words(word, scope));
    const isKnown = wordlist !== undefined && values.length <= MAX_LOOP_VALUES;
    for (const { text, isLiteral } of isKnown ? values : [argument(UNKNOWN)]) {
      scope.assign(name, [text], !isLiteral && hasGlob(text));
      this.list(body, scope);
    }
    return undefined;
  }

  private body(body: FunctionBody | CommandNode, scope: Scope, stdin: Output): Output {
    if (body.type === 'CompoundList') return this.list(body, scope, stdin);
    return this.command(body, scope, stdin);
  }

  private define(node: FunctionNode, scope: Scope): Output {
    const name = node.name.value;
    if (isSelfSpawning(node.body, name)) {
      this.host.command([argument(SELF_SPAWNING), argument(name)], scope, undefined);
    }
    const unknown = scope.fork({ active: name });
    unknown.parameters = undefined;
    this.body(node.body, unknown, undefined);
    scope.functions.set(name, node.body);
    return '';
  }

  private simple(node: Command, scope: Scope, stdin: Output): Output {
    const own = this.redirections(node.redirects, scope);
    const written = node.name ? [node.name, ...node.args] : node.args;
    const words = written.flatMap((word) => this.argumentWords(word, scope));
    const prefix = node.prefix.filter((part) => part.type === 'Assignment');
    if (!this.host.spend(words.length)) return undefined;
    if (words.length === 0) return this.assignments(prefix, scope);
    this.assignments(prefix, scope.fork());
    this.reportUnknown(written, words);
    return this.run(words, scope, own ?? stdin);
  }

  private run(words: readonly Argument[], scope: Scope, stdin: Output): Output {
    const name = words[0]?.text ?? '';
    const body = scope.functions.get(name);
    if (body && !scope.active.has(name)) {
      const inner = scope.fork({ active: name });
      inner.parameters = words;
      const output = this.body(body, inner, stdin);
      scope.places = inner.places;
      return output;
    }
    applyBuiltin(words, scope);
    this.host.command(words, scope, stdin);
    return plainOutput(words, scope, stdin);
  }

  private argumentWords(word: Word | Assignment, scope: Scope): readonly Argument[] {
    if (word.type === 'Word') return this.expander.words(word, scope);
    const values = this.assignedValues(word, scope);
    return [{ text: `${word.name}=${values.join(' ')}`, isLiteral: true }];
  }

  private assignments(list: readonly Assignment[], scope: Scope): Output {
    for (const one of list) {
      const values = this.assignedValues(one, scope);
      scope.assign(one.name, one.append ? appended(scope.values(one.name), values) : values);
    }
    return '';
  }

  private assignedValues({ value }: Assignment, scope: Scope): readonly string[] {
    if (value.type === 'Word') return [this.expander.text(value, scope)];
    return this.elements(value, scope);
  }

  private elements(value: ArrayValue, scope: Scope): readonly string[] {
    return value.elements.flatMap((word) =>
      this.expander.words(word, scope).map(({ text }) => text),
    );
  }

  /** Reports files written to; returns the text given as standard input, if any. */
  private redirections(redirections: readonly Redirection[], scope: Scope): Output {
    let input: Output;
    for (const redirection of redirections) {
      if (redirection.type === 'HereDoc') {
        const { text, parts } = redirection.body;
        input = parts ? this.expander.body(parts, scope) : text;
      } else if (redirection.target) {
        const { path, content } = this.expander.target(redirection.target, scope);
        if (redirection.type === 'HereString') input = `${path}\n`;
        else if (redirection.operator.includes('>')) this.write(path, scope);
        else if (content !== undefined) input = content;
      }
    }
    return input;
  }

  private write(file: string, scope: Scope): void {
    this.host.command([argument(REDIRECTION), { text: file, isLiteral: true }], scope, undefined);
  }

  private reportUnknown(written: readonly (Word | Assignment)[], words: readonly Argument[]): void {
    if (!words.some(isUnresolved)) return;
    for (const { text } of written) {
      if (/\$\(|`|<\(/.test(text)) this.host.unresolved('command_output', text);
      else if (text.includes('$')) this.host.unresolved('variable', text);
    }
  }

  /** Command substitutions inside `[[ … ]]` and `(( … ))`. */
  private substitutions(node: SyntaxNode, scope: Scope): void {
    forEachChild(node, (child) => {
      if (child.type === 'Script') this.substitution(child, scope);
      else this.substitutions(child, scope);
    });
  }
}

function appended(before: readonly string[], added: readonly string[]): readonly string[] {
  if (before.length <= 1 && added.length === 1) return [(before[0] ?? '') + (added[0] ?? '')];
  return [...before, ...added];
}

/** Whether a function starts itself in a pipeline or in the background: each call becomes two. */
function isSelfSpawning(body: SyntaxNode, name: string): boolean {
  let found = false;
  const look = (node: SyntaxNode, isSpawned: boolean, depth: number): void => {
    if (node.type === 'Command' && isSpawned) found ||= node.name?.value === name;
    const spawns =
      node.type === 'Pipeline' || (node.type === 'Statement' && node.background === true);
    if (found || depth > MAX_SEARCH_DEPTH || node.type === 'Word') return;
    forEachChild(node, (child) => look(child, isSpawned || spawns, depth + 1));
  };
  look(body, false, 0);
  return found;
}

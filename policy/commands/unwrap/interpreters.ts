import { isUnresolved } from '../argument';
import type { Invocation } from '../invocation';
import { optionSpec, parseLeadingOptions, type OptionSpec } from '../options';
import { hintsInCode } from './code';
import { unresolved, type Inner, type Unwrapper } from './inner';

/** Options that carry code are named `code`. */
const OPTIONS: readonly (readonly [string, OptionSpec])[] = [
  ['python', optionSpec('c|code= m= W= X= B b d E h i I O P q R s S u v x')],
  ['pypy', optionSpec('c|code= m= W= X=')],
  ['perl', optionSpec('e|E|code= n p i=? l=? 0=? w W t T u U X a F= I= M= m= s S v c d=?')],
  ['ruby', optionSpec('e|code= n p i=? l a w W=? I= r= s S v c d')],
  ['node', optionSpec('e|p|eval|print|code= r|require= import= input-type= i c')],
  ['bun', optionSpec('e|p|eval|print|code= r=')],
  ['deno', optionSpec('A|allow-all')],
  ['php', optionSpec('r|code= B= R= E= d= f= c=')],
  ['lua', optionSpec('e|code= l= i v')],
  ['awk', optionSpec('F|field-separator= v|assign= f|file= e|source|code=')],
  ['gawk', optionSpec('F|field-separator= v|assign= f|file= e|source|code=')],
  ['mawk', optionSpec('F= v= f|file= W=')],
  ['osascript', optionSpec('e|code= l= s=')],
];

/** Awk takes its code as first operand. */
const CODE_FIRST = new Set(['awk', 'gawk', 'mawk']);

function unwrapInterpreter(
  spec: OptionSpec,
  { program, args, stdin }: Invocation,
): readonly Inner[] {
  const { options, operands } = parseLeadingOptions(spec, args);
  const [first] = operands;
  const isCodeFirst = CODE_FIRST.has(program) && !options.has('file') && !options.has('code');
  const codes = [...(options.get('code') ?? []), ...(isCodeFirst && first ? [first] : [])];
  if (codes.length > 0) return codes.flatMap(({ text }) => readCode(program, text));
  if (program === 'deno' && first?.text === 'eval')
    return readCode(program, operands[1]?.text ?? '');
  if (first && first.text !== '-')
    return CODE_FIRST.has(program) || options.has('m')
      ? []
      : [unresolved('script_file', first.text)];
  return stdin === undefined ? [] : readCode(program, stdin);
}

function readCode(program: string, code: string): readonly Inner[] {
  const shown = isUnresolved({ text: code, isLiteral: true })
    ? `${program} …`
    : `${program}: ${code}`;
  return [
    ...hintsInCode(code, /^(perl|ruby|php)$/.test(program)),
    unresolved('interpreter_code', shown),
  ];
}

/** Interpreters of other languages. */
export const INTERPRETERS: readonly (readonly [string, Unwrapper])[] = OPTIONS.map(
  ([name, spec]) => [name, (invocation) => unwrapInterpreter(spec, invocation)] as const,
);

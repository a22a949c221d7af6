import { argument, UNKNOWN, type Argument } from '../argument';
import { foundPaths, readFind } from '../find-expression';
import type { Invocation } from '../invocation';
import { has, optionSpec, parseLeadingOptions, valueOf } from '../options';
import { innerText, innerWords, shown, unresolved, type Inner, type Unwrapper } from './inner';

/** More items than this are looked at as one unknown item. */
const MAX_ITEMS = 64;
const UNKNOWN_ITEM: Argument = { text: UNKNOWN, isLiteral: true };

const XARGS_OPTIONS = optionSpec(
  '0|null a|arg-file= d|delimiter= E= e|eof=? I= i|replace=? L= l|max-lines=? n|max-args= o|open-tty P|max-procs= p|interactive process-slot-var= r|no-run-if-empty s|max-chars= show-limits t|verbose x|exit J= R= S=',
);
const PARALLEL_OPTIONS = optionSpec(
  'j|jobs|max-procs= k|keep-order N|max-replace-args= n|max-args= X m a|arg-file= C|colsep= d|delimiter= 0|null q|quote I= v|verbose bar dry-run eta halt= joblog= results= S|sshlogin= t timeout= will-cite progress tag pipe no-notice ungroup u linebuffer lb retries= delay= workdir|wd=',
);

/** Puts items where `{}` stands, or at the end. */
function withItems(
  words: readonly Argument[],
  items: readonly Argument[],
  placeholder = '{}',
): readonly Argument[] {
  const isNamed = words.some(({ text }) => text.includes(placeholder));
  if (!isNamed) return [...words, ...items];
  return words.flatMap((word) => {
    if (!word.text.includes(placeholder)) return [word];
    return items.map(({ text, isLiteral }) => ({
      text: word.text.replaceAll(placeholder, () => text),
      isLiteral,
    }));
  });
}

/** The items a text holds, or one unknown. */
function itemsOf(stdin: string | undefined, separator: RegExp): readonly Argument[] {
  const items = stdin?.split(separator).filter(Boolean) ?? [];
  return stdin === undefined || items.length > MAX_ITEMS ? [UNKNOWN_ITEM] : items.map(argument);
}

function unwrapXargs({ args, stdin }: Invocation): readonly Inner[] {
  const { options, operands } = parseLeadingOptions(XARGS_OPTIONS, args);
  const parsed = { options, operands };
  const placeholder = valueOf(parsed, 'I') ?? valueOf(parsed, 'J') ?? valueOf(parsed, 'replace');
  const items = itemsOf(has(parsed, 'arg-file') ? undefined : stdin, /[\s\0]+/);
  const inner = withItems(operands, items, placeholder === '' ? '{}' : (placeholder ?? '\0none'));
  const why = stdin === undefined ? [unresolved('arguments_from_input', shown(operands))] : [];
  return [...innerWords(inner), ...why];
}

function unwrapFind({ args }: Invocation): readonly Inner[] {
  const expression = readFind(args);
  return expression.actions
    .filter(({ kind }) => kind === 'exec')
    .flatMap(({ words, isNarrowed }) =>
      innerWords(withPlaceholders(words, foundPaths(expression, isNarrowed))),
    );
}

/** `find` adds nothing where `{}` is missing. */
function withPlaceholders(words: readonly Argument[], items: readonly Argument[]) {
  return words.some(({ text }) => text.includes('{}')) ? withItems(words, items) : words;
}

/** `fd PATTERN [PATH…] -x CMD`. Without a pattern, or with `.`, it meets everything. */
function unwrapFd({ args }: Invocation): readonly Inner[] {
  const at = args.findIndex(({ text }) => /^(-x|-X|--exec|--exec-batch)$/.test(text));
  if (at < 0) return [];
  const [pattern, ...paths] = args.slice(0, at).filter(({ text }) => !text.startsWith('-'));
  const isAll = pattern === undefined || pattern.text === '.' || pattern.text === '';
  const everything = paths.length > 0 ? paths : [argument('*')];
  return innerWords(withItems(args.slice(at + 1), isAll ? everything : [UNKNOWN_ITEM]));
}

/** `parallel CMD ::: ITEM…`: the command is shell text, once for each item. */
function unwrapParallel({ args, stdin }: Invocation): readonly Inner[] {
  const { operands } = parseLeadingOptions(PARALLEL_OPTIONS, args);
  const at = operands.findIndex(({ text }) => /^:::+\+?$/.test(text));
  const words = at < 0 ? operands : operands.slice(0, at);
  const given = operands.slice(at + 1).filter(({ text }) => !/^:::+\+?$/.test(text));
  const items = at < 0 ? itemsOf(stdin, /\n/) : given.slice(0, MAX_ITEMS);
  return items.flatMap((item) => {
    const text = withItems(words, [item]);
    return innerText(text.map((word) => word.text).join(' '));
  });
}

/** Programs that run a command for each of many items. */
export const PER_ITEM_WRAPPERS: readonly (readonly [string, Unwrapper])[] = [
  ['xargs', unwrapXargs],
  ['find', unwrapFind],
  ['fd', unwrapFd],
  ['parallel', unwrapParallel],
  ['rush', unwrapParallel],
];

import { argument } from '../argument';
import { innerText, innerWords, type Inner } from './inner';

/** Calls that hand a text to a shell, in the usual scripting languages. */
const SHELL_CALL =
  /\b(?:system|popen|popen2|Popen|run|call|check_call|check_output|getoutput|exec|execSync|spawn|spawnSync|execFile|execFileSync|shell_exec|passthru|qx|sh)\b\s*\(?\s*(?=["'`[])/g;
/** Calls that delete a folder with all in it. */
const DELETE_CALL =
  /\b(?:rmtree|rmSync|rmdirSync|rm|rimraf|rimrafSync|removeSync|emptyDirSync|rm_rf|rm_r|remove_tree|remove_dir_all|remove_all|RemoveAll|remove_entry_secure)\b\s*\(?\s*/g;
/** Expressions that mean the home or the current folder. */
const PLACES: readonly (readonly [RegExp, string])[] = [
  [/^(?:os\.path\.expanduser|Path|pathlib\.Path|File\.expand_path|path\.resolve|resolve)\(\s*/, ''],
  [/^(?:Path\.home\(\)|pathlib\.Path\.home\(\)|os\.homedir\(\)|homedir\(\)|Dir\.home)/, '"~"'],
  [
    /^(?:os\.environ(?:\.get\(|\[)|process\.env\.|ENV\[|\$ENV\{|os\.getenv\()["']?HOME["']?[\])}]?/,
    '"~"',
  ],
  [/^(?:os\.getcwd\(\)|process\.cwd\(\)|Dir\.pwd|Path\.cwd\(\)|os\.curdir)/, '"."'],
];
const MAX_CALLS = 50;
const MAX_LITERAL_CHARS = 10_000;

/** The string literal at the start of a text. */
function literal(text: string): { value: string; rest: string } | undefined {
  const quote = text[0] ?? '';
  if (!/["'`]/.test(quote)) return undefined;
  let value = '';
  for (let at = 1; at < Math.min(text.length, MAX_LITERAL_CHARS); at += 1) {
    if (text[at] === quote) return { value, rest: text.slice(at + 1) };
    if (text[at] === '\\') at += 1;
    value += text[at] ?? '';
  }
  return undefined;
}

/** `["rm", "-rf", "/"]` and `"rm", ["-rf", "/"]`. */
function literals(text: string): readonly string[] {
  const values: string[] = [];
  let rest = text;
  while (values.length < MAX_CALLS) {
    const found = literal(rest.replace(/^[\s,[(]+/, ''));
    if (found === undefined) return values;
    values.push(found.value);
    rest = found.rest;
  }
  return values;
}

function shellCall(after: string): readonly Inner[] {
  const values = literals(after.slice(0, MAX_LITERAL_CHARS));
  if (values.length > 1) return innerWords(values.map(argument));
  return values.map(innerText);
}

function place(text: string): string {
  let plain = text;
  for (const [expression, replacement] of PLACES) plain = plain.replace(expression, replacement);
  return plain;
}

function deleteCall(after: string): readonly Inner[] {
  const found = literal(place(after.slice(0, MAX_LITERAL_CHARS)));
  return found ? innerWords(['rm', '-rf', found.value].map(argument)) : [];
}

function callsIn(code: string, expression: RegExp): readonly string[] {
  const calls: string[] = [];
  for (const match of code.matchAll(expression)) {
    if (calls.length >= MAX_CALLS) break;
    calls.push(code.slice(match.index + match[0].length));
  }
  return calls;
}

/**
 * Hints at what inline code of another language runs or deletes: literal arguments of well-known calls. No
 * parser and no promise; the code stays reported as unresolved.
 * @param hasBackticks whether the language runs text in backticks, as Perl, Ruby and PHP do
 */
export function hintsInCode(code: string, hasBackticks: boolean): readonly Inner[] {
  const backticks = hasBackticks ? [...code.matchAll(/`([^`]*)`/g)].slice(0, MAX_CALLS) : [];
  return [
    ...backticks.map(([, text = '']) => innerText(text)),
    ...callsIn(code, SHELL_CALL).flatMap(shellCall),
    ...callsIn(code, DELETE_CALL).flatMap(deleteCall),
  ];
}

import { isUnresolved, UNKNOWN, type Argument } from '../argument';
import { resolvePath } from '../path';
import type { Scope } from './scope';

const DECLARING = new Set(['export', 'declare', 'typeset', 'local', 'readonly']);

/** What a shell builtin changes in the shell itself: directory, variables, parameters. */
export function applyBuiltin(words: readonly Argument[], scope: Scope): void {
  const [name, ...rest] = words;
  const args = rest.filter(({ text }) => !/^-[A-Za-z@]+$/.test(text) && text !== '--');
  if (name?.text === 'cd' || name?.text === 'pushd') changeDirectory(args[0], scope);
  else if (name?.text === 'popd') changeDirectory({ text: UNKNOWN, isLiteral: true }, scope);
  else if (DECLARING.has(name?.text ?? '')) declare(args, scope);
  else if (name?.text === 'unset') args.forEach(({ text }) => scope.assign(text, []));
  else if (name?.text === 'read' || name?.text === 'mapfile') {
    args.forEach(({ text }) => scope.assign(text, [UNKNOWN]));
  } else if (name?.text === 'set' && rest.some(({ text }) => text === '--')) {
    const values = rest.slice(rest.findIndex(({ text }) => text === '--') + 1);
    scope.parameters = [name, ...values];
  } else if (name?.text === 'shift' && scope.parameters) {
    const [zero, , ...others] = scope.parameters;
    scope.parameters = zero ? [zero, ...others] : [];
  }
}

function declare(args: readonly Argument[], scope: Scope): void {
  for (const { text } of args) {
    const equals = text.indexOf('=');
    if (equals > 0) scope.assign(text.slice(0, equals), [text.slice(equals + 1)]);
  }
}

function changeDirectory(target: Argument | undefined, scope: Scope): void {
  const { cwd: _, ...places } = scope.places;
  const path =
    target === undefined
      ? scope.places.home
      : isUnresolved(target) || target.text === '-'
        ? undefined
        : resolvePath(target, scope.places);
  if (path === undefined) scope.places = places;
  else scope.places = { ...places, cwd: typeof path === 'string' ? path : `/${path.join('/')}` };
}

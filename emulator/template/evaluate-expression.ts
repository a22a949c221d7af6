import { ExpressionFault, type Expression, type ForExpression, type HclValue } from './expression';
import { callFunction, type FunctionHost } from './functions';
import { isMap, toText } from './values';

/** Where references lead. */
export interface Scope extends FunctionHost {
  /** The value of the longest known prefix of a path, and how many names it took; undefined when there is none. */
  lookup(path: readonly string[]): { readonly value: HclValue; readonly taken: number } | undefined;
}

/** Evaluates one expression. Throws ExpressionFault for what is unknown or does not fit. */
export function evaluate(expression: Expression, scope: Scope): HclValue {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'template':
      return expression.parts.map((part) => toText(evaluate(part, scope))).join('');
    case 'reference':
      return resolve(expression.path, scope);
    case 'attribute':
      return memberOf(evaluate(expression.of, scope), expression.name);
    case 'index':
      return memberOf(evaluate(expression.of, scope), evaluate(expression.key, scope));
    case 'splat':
      return splat(evaluate(expression.of, scope), expression.names);
    case 'call':
      return call(expression, scope);
    case 'unary':
      return unary(expression.operator, evaluate(expression.operand, scope));
    case 'binary':
      return binary(expression.operator, expression.left, expression.right, scope);
    case 'conditional':
      return evaluate(
        isTrue(evaluate(expression.test, scope)) ? expression.whenTrue : expression.whenFalse,
        scope,
      );
    case 'tuple':
      return expression.items.map((item) => evaluate(item, scope));
    case 'object':
      return Object.fromEntries(
        expression.entries.map(({ key, value }) => [
          toText(evaluate(key, scope)),
          evaluate(value, scope),
        ]),
      );
    case 'for':
      return comprehension(expression, scope);
  }
}

function resolve(path: readonly string[], scope: Scope): HclValue {
  const found = scope.lookup(path);
  if (found === undefined) throw new ExpressionFault(`"${path.join('.')}" is not known`, 0);
  return path.slice(found.taken).reduce(memberOf, found.value);
}

function memberOf(value: HclValue, key: HclValue): HclValue {
  const name = toText(key);
  const found = Array.isArray(value)
    ? (value as readonly HclValue[])[Number(name)]
    : isMap(value) && Object.hasOwn(value, name)
      ? value[name]
      : undefined;
  if (found === undefined) throw new ExpressionFault(`there is no member "${name}"`, 0);
  return found;
}

function splat(value: HclValue, names: readonly string[]): HclValue {
  const items = Array.isArray(value)
    ? (value as readonly HclValue[])
    : value === null
      ? []
      : [value];
  return items.map((item) => names.reduce<HclValue>(memberOf, item));
}

function call(expression: Expression & { kind: 'call' }, scope: Scope): HclValue {
  const { args, name, spreadsLast } = expression;
  if (name === 'try' || name === 'can') return attempt(name, args, scope);
  const values = args.map((arg) => evaluate(arg, scope));
  const last = values.at(-1);
  const spread = spreadsLast && Array.isArray(last) ? (last as readonly HclValue[]) : undefined;
  return callFunction(
    name,
    spread === undefined ? values : [...values.slice(0, -1), ...spread],
    scope,
  );
}

/** `try` and `can` see the faults of their arguments. */
function attempt(name: 'try' | 'can', args: readonly Expression[], scope: Scope): HclValue {
  for (const arg of args) {
    try {
      const value = evaluate(arg, scope);
      return name === 'can' ? true : value;
    } catch (error) {
      if (!(error instanceof ExpressionFault)) throw error;
    }
  }
  if (name === 'can') return false;
  throw new ExpressionFault('no argument of try() can be evaluated', 0);
}

function isTrue(value: HclValue): boolean {
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw new ExpressionFault('a condition must be true or false', 0);
}

function unary(operator: '!' | '-', value: HclValue): HclValue {
  return operator === '!' ? !isTrue(value) : -toNumber(value);
}

function toNumber(value: HclValue): number {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  if (typeof number === 'number' && !Number.isNaN(number)) return number;
  throw new ExpressionFault('a number is needed', 0);
}

function binary(operator: string, left: Expression, right: Expression, scope: Scope): HclValue {
  const a = evaluate(left, scope);
  if (operator === '&&') return isTrue(a) && isTrue(evaluate(right, scope));
  if (operator === '||') return isTrue(a) || isTrue(evaluate(right, scope));
  const b = evaluate(right, scope);
  if (operator === '==') return JSON.stringify(a) === JSON.stringify(b);
  if (operator === '!=') return JSON.stringify(a) !== JSON.stringify(b);
  return arithmetic(operator, toNumber(a), toNumber(b));
}

function arithmetic(operator: string, a: number, b: number): HclValue {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '%':
      return a % b;
    case '<':
      return a < b;
    case '>':
      return a > b;
    case '<=':
      return a <= b;
    default:
      return a >= b;
  }
}

function comprehension(expression: ForExpression, scope: Scope): HclValue {
  const { key, names, onlyIf, over, value } = expression;
  const collection = evaluate(over, scope);
  const entries: (readonly [HclValue, HclValue])[] = Array.isArray(collection)
    ? (collection as readonly HclValue[]).map((item, index) => [index, item] as const)
    : isMap(collection)
      ? Object.entries(collection).sort(([a], [b]) => (a < b ? -1 : 1))
      : [];
  const scopes = entries
    .map((entry) => withNames(scope, names, entry))
    .filter((inner) => onlyIf === undefined || isTrue(evaluate(onlyIf, inner)));
  if (key === undefined) return scopes.map((inner) => evaluate(value, inner));
  return Object.fromEntries(
    scopes.map((inner) => [toText(evaluate(key, inner)), evaluate(value, inner)]),
  );
}

/** One name is the value; two are key and value. */
function withNames(
  scope: Scope,
  names: readonly string[],
  [key, value]: readonly [HclValue, HclValue],
): Scope {
  const bound = new Map(
    names.length === 2
      ? [
          [names[0], key],
          [names[1], value],
        ]
      : [[names[0], value]],
  );
  return {
    ...scope,
    lookup: (path) => {
      const found = bound.get(path[0]);
      return found === undefined ? scope.lookup(path) : { value: found, taken: 1 };
    },
  };
}

import { ExpressionFault, type Expression, type ForExpression } from './expression';
import { ExpressionText } from './expression-text';

/** Binary operators by precedence, loosest first. Source: HCL specification, "Operators". */
const PRECEDENCE: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['==', '!='],
  ['<=', '>=', '<', '>'],
  ['+', '-'],
  ['*', '/', '%'],
];

/** Parses a string attribute: literal text with `${…}` parts. `$${` and `%%{` are those characters themselves. */
export function parseTemplate(source: string): Expression {
  const text = new ExpressionText(source);
  const parts = templateParts(text, '');
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : { kind: 'template', parts };
}

/** Parts up to the closing text; at the end of the source when that is "". */
function templateParts(text: ExpressionText, close: string): Expression[] {
  const parts: Expression[] = [];
  let literal = '';
  const flush = () => {
    if (literal !== '') parts.push({ kind: 'literal', value: literal });
    literal = '';
  };
  const isOver = () => text.atEnd() || (close !== '' && text.sees(close));
  while (!isOver()) {
    if (text.take('$${')) literal += '${';
    else if (text.take('%%{')) literal += '%{';
    else if (text.sees('%{')) throw text.fault('template directives (%{ … }) are not evaluated');
    else if (text.take('${')) {
      flush();
      parts.push(expression(text));
      text.expect('}');
    } else literal += close === '"' ? text.stringCharacter() : text.next();
  }
  flush();
  return parts.length === 0 ? [{ kind: 'literal', value: '' }] : parts;
}

function expression(text: ExpressionText): Expression {
  const test = binary(text, 0);
  if (!text.takeToken('?')) return test;
  const whenTrue = expression(text);
  text.expect(':');
  return { kind: 'conditional', test, whenTrue, whenFalse: expression(text) };
}

function binary(text: ExpressionText, level: number): Expression {
  const operators = PRECEDENCE[level];
  if (operators === undefined) return unary(text);
  let left = binary(text, level + 1);
  for (;;) {
    const operator = operators.find((each) => text.takeOperator(each));
    if (operator === undefined) return left;
    left = { kind: 'binary', operator, left, right: binary(text, level + 1) };
  }
}

function unary(text: ExpressionText): Expression {
  if (text.takeOperator('!')) return { kind: 'unary', operator: '!', operand: unary(text) };
  if (text.takeToken('-')) return { kind: 'unary', operator: '-', operand: unary(text) };
  return postfix(text, primary(text));
}

function postfix(text: ExpressionText, start: Expression): Expression {
  let of = start;
  for (;;) {
    if (text.takeToken('[*]') || text.takeToken('.*')) {
      of = { kind: 'splat', of, names: attributeNames(text) };
    } else if (text.takeToken('[')) {
      of = { kind: 'index', of, key: expression(text) };
      text.expect(']');
    } else if (text.takeAttributeDot()) {
      const name = text.name() ?? text.digits();
      if (name === undefined) throw text.fault('expected a name after "."');
      of = attribute(of, name);
    } else return of;
  }
}

function attributeNames(text: ExpressionText): string[] {
  const names: string[] = [];
  while (text.takeAttributeDot()) names.push(text.name() ?? '');
  return names;
}

/** Dotted names stay one reference, so that the scope can resolve `data.TYPE.NAME` at once. */
function attribute(of: Expression, name: string): Expression {
  if (of.kind === 'reference') return { kind: 'reference', path: [...of.path, name] };
  return { kind: 'attribute', of, name };
}

function primary(text: ExpressionText): Expression {
  if (text.takeToken('(')) {
    const inner = expression(text);
    text.expect(')');
    return inner;
  }
  if (text.takeToken('[')) return text.takeWord('for') ? forExpression(text, ']') : tuple(text);
  if (text.takeToken('{')) return text.takeWord('for') ? forExpression(text, '}') : object(text);
  if (text.takeToken('"')) return quoted(text);
  const number = text.number();
  if (number !== undefined) return { kind: 'literal', value: number };
  const name = text.name();
  if (name === undefined) throw text.fault('expected a value');
  return named(text, name);
}

function quoted(text: ExpressionText): Expression {
  const parts = templateParts(text, '"');
  text.expect('"');
  const [only] = parts;
  const isText = parts.length === 1 && only?.kind === 'literal';
  return isText ? only : { kind: 'template', parts };
}

function named(text: ExpressionText, name: string): Expression {
  if (name === 'true' || name === 'false') return { kind: 'literal', value: name === 'true' };
  if (name === 'null') return { kind: 'literal', value: null };
  if (!text.takeToken('(')) return { kind: 'reference', path: [name] };
  const args: Expression[] = [];
  let spreadsLast = false;
  while (!text.takeToken(')')) {
    args.push(expression(text));
    spreadsLast = text.takeToken('...');
    if (!text.takeToken(',')) {
      text.expect(')');
      break;
    }
  }
  return { kind: 'call', name, args, spreadsLast };
}

function tuple(text: ExpressionText): Expression {
  const items: Expression[] = [];
  while (!text.takeToken(']')) {
    items.push(expression(text));
    if (!text.takeToken(',')) {
      text.expect(']');
      break;
    }
  }
  return { kind: 'tuple', items };
}

function object(text: ExpressionText): Expression {
  const entries: { key: Expression; value: Expression }[] = [];
  while (!text.takeToken('}')) {
    const key = objectKey(text);
    if (!text.takeToken('=') && !text.takeToken(':')) throw text.fault('expected "=" after a key');
    entries.push({ key, value: expression(text) });
    text.takeToken(',');
  }
  return { kind: 'object', entries };
}

function objectKey(text: ExpressionText): Expression {
  const name = text.nameBeforeAssignment();
  return name === undefined ? expression(text) : { kind: 'literal', value: name };
}

function forExpression(text: ExpressionText, close: ']' | '}'): ForExpression {
  const names = [requiredName(text)];
  if (text.takeToken(',')) names.push(requiredName(text));
  if (!text.takeWord('in')) throw text.fault('expected "in"');
  const over = expression(text);
  text.expect(':');
  const first = expression(text);
  const isObject = close === '}';
  if (isObject && !text.takeToken('=>')) throw text.fault('expected "=>"');
  const value = isObject ? expression(text) : first;
  if (text.takeToken('...')) throw text.fault('grouping (...) is not evaluated');
  const onlyIf = text.takeWord('if') ? expression(text) : undefined;
  text.expect(close);
  return {
    kind: 'for',
    names,
    over,
    value,
    ...(isObject ? { key: first } : {}),
    ...(onlyIf === undefined ? {} : { onlyIf }),
  };
}

function requiredName(text: ExpressionText): string {
  const name = text.name();
  if (name === undefined) throw new ExpressionFault('expected a name', text.offset);
  return name;
}

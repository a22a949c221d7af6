import { readFileSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import { AigovError } from '../../provider/plugin';
import type { StateResource } from '../terraform';
import { evaluate, type Scope } from './evaluate-expression';
import { ExpressionFault, type HclValue } from './expression';
import type { SourceBlock, TemplateSource } from './load-template';
import { parseTemplate } from './parse-expression';
import { buildInstance, type ProviderSet } from './build-instance';
import { isList, isMap, toText } from './values';

interface InProgress {
  readonly kind: 'in_progress';
}
interface Done {
  readonly kind: 'done';
  readonly value: HclValue;
}

/** Evaluates one template: each part when something first refers to it, and once. */
export class Evaluation {
  readonly resources: StateResource[] = [];
  private readonly parts = new Map<string, InProgress | Done>();

  constructor(
    private readonly source: TemplateSource,
    private readonly providers: ProviderSet,
    private readonly variables: Readonly<Record<string, string>>,
  ) {}

  /** Builds every data source and resource. */
  run(): readonly StateResource[] {
    const [module] = this.source.modules;
    if (module !== undefined) {
      const [name, { file }] = module;
      throw new AigovError(
        'TEMPLATE_UNSUPPORTED',
        `${file}: module.${name} is not evaluated here`,
        {
          remedy: 'Apply the template with Terraform instead.',
          at: file,
        },
      );
    }
    for (const key of this.source.data.keys()) this.part(`data.${key}`);
    for (const key of this.source.resources.keys()) this.part(key);
    return this.resources;
  }

  /** The value of one named part, e.g. `local.x` or `coder_agent.main`. */
  private part(key: string): HclValue {
    const known = this.parts.get(key);
    if (known?.kind === 'done') return known.value;
    if (known !== undefined)
      throw new AigovError('TEMPLATE_CYCLE', `${key} refers to itself`, {
        remedy: 'Break the circle of references.',
      });
    this.parts.set(key, { kind: 'in_progress' });
    const value = this.compute(key);
    this.parts.set(key, { kind: 'done', value });
    return value;
  }

  private compute(key: string): HclValue {
    const [root = '', name = ''] = key.split('.');
    if (root === 'var') return this.variable(name);
    if (root === 'local') {
      const local = this.source.locals.get(name);
      return this.value(local?.value ?? null, `${local?.file ?? ''}: ${key}`, this.scope());
    }
    const block =
      root === 'data' ? this.source.data.get(key.slice(5)) : this.source.resources.get(key);
    return block === undefined ? null : this.instances(key, block);
  }

  private variable(name: string): HclValue {
    const block = this.source.variables.get(name);
    const given = this.variables[name];
    if (given !== undefined) return fromText(given, block?.body['type']);
    const fallback = block?.body['default'];
    if (fallback !== undefined)
      return this.value(fallback, `${block?.file ?? ''}: var.${name}`, this.scope());
    throw new AigovError('TEMPLATE_VARIABLE_MISSING', `variable "${name}" has no value`, {
      remedy: `Give the variable ${name} a default, or a value.`,
      at: block?.file ?? name,
    });
  }

  private instances(key: string, block: SourceBlock): HclValue {
    const { count, for_each: forEach } = block.body;
    if (count !== undefined) {
      const number = Number(this.value(count, `${block.file}: ${key}.count`, this.scope()));
      return Array.from({ length: number }, (_, index) =>
        this.instance(key, block, index, new Map([['count.index', index]])),
      );
    }
    if (forEach === undefined) return this.instance(key, block, undefined, new Map());
    const over = this.value(forEach, `${block.file}: ${key}.for_each`, this.scope());
    const pairs = isMap(over)
      ? Object.entries(over)
      : (isList(over) ? over : []).map((item) => [toText(item), item] as const);
    return Object.fromEntries(
      pairs.map(([name, value]) => [
        name,
        this.instance(
          key,
          block,
          name,
          new Map([
            ['each.key', name],
            ['each.value', value],
          ]),
        ),
      ]),
    );
  }

  private instance(
    key: string,
    block: SourceBlock,
    index: number | string | undefined,
    names: ReadonlyMap<string, HclValue>,
  ): HclValue {
    const suffix = index === undefined ? '' : `[${JSON.stringify(index)}]`;
    const address = `${key}${suffix}`;
    const scope = this.scope(names);
    const resource = buildInstance(this.providers, address, block, (value, path) =>
      this.value(value, `${block.file}: ${address}.${path}`, scope),
    );
    this.resources.push({ ...resource, ...(index === undefined ? {} : { index }) });
    return resource.values as HclValue;
  }

  /** Evaluates a source value: strings are templates, lists and objects member by member. */
  private value(source: HclValue, place: string, scope: Scope): HclValue {
    if (isList(source)) return source.map((item) => this.value(item, place, scope));
    if (isMap(source)) {
      return Object.fromEntries(
        Object.entries(source).map(([key, item]) => [
          toText(this.value(key, place, scope)),
          this.value(item, place, scope),
        ]),
      );
    }
    if (typeof source !== 'string') return source;
    try {
      return evaluate(parseTemplate(source), scope);
    } catch (error) {
      throw error instanceof ExpressionFault ? unevaluable(source, place, error) : error;
    }
  }

  private scope(names: ReadonlyMap<string, HclValue> = new Map()): Scope {
    return {
      lookup: (path) => {
        const own = names.get(path.slice(0, 2).join('.'));
        return own === undefined ? this.lookup(path) : { value: own, taken: 2 };
      },
      readFile: (path) => this.readFile(path),
      renderTemplate: (text, variables) =>
        evaluate(parseTemplate(text), {
          ...this.scope(),
          lookup: ([name = '']) =>
            Object.hasOwn(variables, name)
              ? { value: variables[name] ?? null, taken: 1 }
              : undefined,
        }),
    };
  }

  private lookup(path: readonly string[]): { value: HclValue; taken: number } | undefined {
    const [root = '', name = '', third = ''] = path;
    if (root === 'path') return { value: '.', taken: 2 };
    if (root === 'terraform') return { value: 'default', taken: 2 };
    const isKnown =
      (root === 'var' && this.source.variables.has(name)) ||
      (root === 'local' && this.source.locals.has(name)) ||
      this.source.resources.has(`${root}.${name}`);
    if (isKnown) return { value: this.part(`${root}.${name}`), taken: 2 };
    if (root !== 'data' || !this.source.data.has(`${name}.${third}`)) return undefined;
    return { value: this.part(`data.${name}.${third}`), taken: 3 };
  }

  /** Files of the template only: Coder's provisioner has no others. */
  private readFile(path: string): Buffer {
    const file = resolve(this.source.dir, path);
    const inside = relative(this.source.dir, file);
    if (inside.startsWith('..') || isAbsolute(inside))
      throw new ExpressionFault(`"${path}" lies outside the template`, 0);
    try {
      return readFileSync(file);
    } catch {
      throw new ExpressionFault(`there is no file "${path}" in the template`, 0);
    }
  }
}

/** A variable given as text, as `-var` takes it: JSON where the type is not a plain one. */
function fromText(text: string, type: HclValue | undefined): HclValue {
  const declared = typeof type === 'string' ? type.replace(/^\$\{|\}$/g, '') : 'string';
  if (declared === 'string' || declared === 'any') return text;
  if (declared === 'number') return Number(text);
  if (declared === 'bool') return text === 'true';
  return JSON.parse(text) as HclValue;
}

function unevaluable(source: string, place: string, fault: ExpressionFault): AigovError {
  const shown = source.length > 120 ? `${source.slice(0, 117)}...` : source;
  return new AigovError(
    'TEMPLATE_EXPRESSION_UNSUPPORTED',
    `${place}: cannot evaluate ${JSON.stringify(shown)}: ${fault.message}`,
    { remedy: 'Use a simpler expression, or apply the template with Terraform.', at: place },
  );
}

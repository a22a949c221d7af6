import { Source, printBlocks, type Attribute, type Block, type Value } from './hcl';

/** A body of Terraform's JSON syntax. */
type JsonBody = { readonly [name: string]: Value };

/** A configuration in Terraform's JSON syntax, as cdktf synthesizes it. */
export type JsonConfiguration = { readonly [section: string]: JsonBody };

/** Which names in a body are nested blocks, and what is nested in those. JSON alone does not tell them from attributes. */
export interface BlockTree {
  readonly [name: string]: BlockTree;
}

/** Nested blocks by `resource.TYPE.NAME`, `data.TYPE.NAME` or `provider.NAME`. */
export type BlockTrees = ReadonlyMap<string, BlockTree>;

/** Renders a configuration as HCL. Same input, same bytes. */
export function renderConfiguration(json: JsonConfiguration, trees: BlockTrees): string {
  return printBlocks([
    ...terraformBlocks(json['terraform'] ?? {}),
    ...namedBlocks(json['variable'], (name, body) => variableBlock(name, body)),
    ...localsBlocks(json['locals']),
    ...providerBlocks(json['provider'], trees),
    ...resourceBlocks('data', json['data'], trees),
    ...resourceBlocks('resource', json['resource'], trees),
    ...namedBlocks(json['module'], (name, body) => bodyBlock('module', [name], body, {})),
    ...namedBlocks(json['output'], (name, body) => bodyBlock('output', [name], body, {})),
    ...['moved', 'import', 'removed'].flatMap((type) => refactoringBlocks(type, json[type])),
  ]);
}

/** cdktf names providers by their full address and pins the registry's host with it; people do not. */
const DEFAULT_REGISTRY = /^registry\.terraform\.io\//;

function terraformBlocks(terraform: JsonBody): Block[] {
  const { required_providers: required, ...settings } = terraform;
  const providers = Object.entries(bodyOf(required)).map(([name, provider]): Attribute => {
    const { source, version } = bodyOf(provider);
    const short = typeof source === 'string' ? source.replace(DEFAULT_REGISTRY, '') : source;
    return { name, value: withoutUndefined({ source: short, version }) };
  });
  const inner: Block = {
    type: 'required_providers',
    labels: [],
    attributes: providers,
    blocks: [],
  };
  return [{ type: 'terraform', labels: [], attributes: attributesOf(settings), blocks: [inner] }];
}

function variableBlock(name: string, body: JsonBody): Block {
  const { type, validation, ...rest } = body;
  const typed: Attribute[] =
    typeof type === 'string' ? [{ name: 'type', value: new Source(type) }] : [];
  return {
    type: 'variable',
    labels: [name],
    attributes: [...typed, ...attributesOf(rest)],
    blocks: listOf(validation).map((rule) => bodyBlock('validation', [], rule, {})),
  };
}

function localsBlocks(locals: JsonBody | undefined): Block[] {
  if (locals === undefined) return [];
  return [{ type: 'locals', labels: [], attributes: attributesOf(locals), blocks: [] }];
}

/** A provider without settings needs no block: the requirement alone declares it. */
function providerBlocks(providers: JsonBody | undefined, trees: BlockTrees): Block[] {
  return Object.entries(providers ?? {}).flatMap(([name, instances]) =>
    listOf(instances)
      .filter((body) => Object.keys(body).length > 0)
      .map((body) => bodyBlock('provider', [name], body, trees.get(`provider.${name}`) ?? {})),
  );
}

function resourceBlocks(
  kind: 'data' | 'resource',
  types: JsonBody | undefined,
  trees: BlockTrees,
): Block[] {
  return Object.entries(types ?? {}).flatMap(([type, named]) =>
    Object.entries(bodyOf(named)).map(([name, body]) =>
      bodyBlock(kind, [type, name], bodyOf(body), trees.get(`${kind}.${type}.${name}`) ?? {}),
    ),
  );
}

function namedBlocks(
  bodies: JsonBody | undefined,
  toBlock: (name: string, body: JsonBody) => Block,
): Block[] {
  return Object.entries(bodies ?? {}).map(([name, body]) => toBlock(name, bodyOf(body)));
}

function refactoringBlocks(type: string, bodies: Value | undefined): Block[] {
  return listOf(bodies).map((body) => ({
    type,
    labels: [],
    attributes: Object.entries(body).map(([name, value]) => ({
      name,
      value: name === 'id' ? value : reference(value),
    })),
    blocks: [],
  }));
}

const HEAD = ['count', 'for_each', 'provider', 'source', 'version'];
const META_BLOCKS = ['lifecycle', 'connection', 'provisioner', 'dynamic'];

function bodyBlock(
  type: string,
  labels: readonly string[],
  body: JsonBody,
  tree: BlockTree,
): Block {
  const names = Object.keys(body).filter((name) => name !== '//');
  const isBlock = (name: string) => name in tree || META_BLOCKS.includes(name);
  const isHead = (name: string) => labels.length > 0 && HEAD.includes(name);
  const pick = (test: (name: string) => boolean): Attribute[] =>
    names.filter(test).map((name) => attribute(name, body[name] ?? null));
  const { depends_on: dependencies } = body;
  return {
    type,
    labels,
    head: pick(isHead),
    attributes: pick((name) => !isHead(name) && !isBlock(name) && name !== 'depends_on'),
    blocks: names.filter(isBlock).flatMap((name) => nestedBlocks(name, body[name] ?? null, tree)),
    ...(dependencies === undefined
      ? {}
      : { tail: [{ name: 'depends_on', value: reference(dependencies) }] }),
  };
}

function nestedBlocks(name: string, value: Value, tree: BlockTree): Block[] {
  if (name === 'lifecycle') return listOf(value).map((body) => lifecycleBlock(body));
  if (name === 'dynamic' || name === 'provisioner') {
    return listOf(value).flatMap((body) =>
      Object.entries(body).map(([label, inner]) => labelledBlock(name, label, bodyOf(inner), tree)),
    );
  }
  return listOf(value).map((body) => bodyBlock(name, [], body, tree[name] ?? {}));
}

function labelledBlock(type: string, label: string, body: JsonBody, tree: BlockTree): Block {
  return bodyBlock(type, [label], body, type === 'dynamic' ? { content: tree[label] ?? {} } : {});
}

function lifecycleBlock(body: JsonBody): Block {
  const { ignore_changes: ignored, replace_triggered_by: triggers, ...rest } = body;
  const block = bodyBlock('lifecycle', [], rest, { precondition: {}, postcondition: {} });
  const references = Object.entries({ ignore_changes: ignored, replace_triggered_by: triggers })
    .filter((entry): entry is [string, Value] => entry[1] !== undefined)
    .map(([name, value]): Attribute => ({ name, value: reference(value) }));
  return { ...block, attributes: [...block.attributes, ...references] };
}

function attribute(name: string, value: Value): Attribute {
  return { name, value: name === 'provider' ? reference(value) : value };
}

function attributesOf(body: JsonBody): Attribute[] {
  return Object.entries(body).map(([name, value]) => ({ name, value }));
}

/** Addresses stand bare in HCL and in quotes in JSON. */
function reference(value: Value): Source {
  if (!Array.isArray(value)) return new Source(bare(value));
  return new Source(`[${value.map((item: Value) => bare(item)).join(', ')}]`);
}

function bare(value: Value): string {
  return typeof value === 'string' ? value.replace(/^\$\{(.*)\}$/, '$1') : JSON.stringify(value);
}

function bodyOf(value: Value | undefined): JsonBody {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonBody)
    : {};
}

function listOf(value: Value | undefined): readonly JsonBody[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value.map((item: Value) => bodyOf(item)) : [bodyOf(value)];
}

function withoutUndefined(object: Record<string, Value | undefined>): JsonBody {
  return Object.fromEntries(
    Object.entries(object).filter((entry): entry is [string, Value] => entry[1] !== undefined),
  );
}

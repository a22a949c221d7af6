import {
  AigovError,
  planChange,
  type CtyObject,
  type Diagnostic,
  type HandlerContext,
} from '../../provider/plugin';
import type { StandInDataSource, StandInProvider, StandInResource } from '../stand-in';
import type { StateResource } from '../terraform';
import { configureBlock, type EvaluateValue } from './configure-block';
import type { SourceBlock } from './load-template';

/** The providers a template may use. */
export type ProviderSet = readonly StandInProvider[];

type Kind = 'dataSources' | 'resources';

function find<K extends Kind>(
  providers: ProviderSet,
  kind: K,
  type: string,
): StandInProvider[K][string] | undefined {
  const provider = providers.find((each) => Object.hasOwn(each[kind], type));
  return provider?.[kind][type] as StandInProvider[K][string] | undefined;
}

/** Validates, plans and creates (or reads) one resource instance with its stand-in: what Terraform would do. */
export function buildInstance(
  providers: ProviderSet,
  address: string,
  block: SourceBlock,
  evaluate: EvaluateValue,
): StateResource {
  const isData = address.startsWith('data.');
  const [type = '', name = ''] = (isData ? address.slice(5) : address)
    .replace(/\[.*$/, '')
    .split('.');
  const described = { address, type, name };
  if (isData) {
    const source = find(providers, 'dataSources', type) ?? unsupported(address, block);
    const values = inPlace(block, address, () => read(source, block, evaluate));
    return { ...described, mode: 'data', values: jsonObject(values) };
  }
  const resource = find(providers, 'resources', type) ?? unsupported(address, block);
  const values = inPlace(block, address, () => create(resource, block, evaluate));
  return { ...described, mode: 'managed', values: jsonObject(values) };
}

function unsupported(address: string, { file }: SourceBlock): never {
  throw new AigovError(
    'TEMPLATE_RESOURCE_UNSUPPORTED',
    `${file}: no stand-in provider knows ${address}`,
    { remedy: 'Apply the template with Terraform and the real provider.', at: file },
  );
}

function read(source: StandInDataSource, block: SourceBlock, evaluate: EvaluateValue): CtyObject {
  const config = configureBlock(block.body, source.schema.block, evaluate);
  refuse(source.validate?.(config));
  return source.read(config);
}

function create(resource: StandInResource, block: SourceBlock, evaluate: EvaluateValue): CtyObject {
  const schema = resource.schema.block;
  const config = configureBlock(block.body, schema, evaluate);
  refuse(resource.validate?.(config));
  const rules = resource.planning;
  const change = { block: schema, config, prior: null, proposed: config, ...(rules && { rules }) };
  const planned = resource.plan({ config, prior: null, planned: planChange(change).planned });
  return resource.create({ config, planned }, contextWithoutProcess());
}

/** Stand-ins only warn through it. */
function contextWithoutProcess(): HandlerContext<null> {
  return {
    client: null,
    signal: new AbortController().signal,
    log: () => undefined,
    warn: () => undefined,
  };
}

function refuse(found: readonly Diagnostic[] | undefined): void {
  const error = found?.find((diagnostic) => diagnostic.severity === 'error');
  if (error === undefined) return;
  const { at, code, message, remedy } = error;
  throw new AigovError(code, message, { remedy, ...(at === undefined ? {} : { at }) });
}

/** Adds file and address to what a provider or the schema refuses. */
function inPlace<T>({ file }: SourceBlock, address: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!AigovError.is(error) || error.message.includes(address)) throw error;
    const { code, message, remedy } = error;
    throw new AigovError(code, `${file}: ${address}: ${message}`, { remedy, at: file });
  }
}

/** As `terraform show -json` has it. */
function jsonObject(value: CtyObject): Readonly<Record<string, unknown>> {
  const asJson = (_: string, item: unknown) => (typeof item === 'bigint' ? Number(item) : item);
  return JSON.parse(JSON.stringify(value, asJson)) as Record<string, unknown>;
}

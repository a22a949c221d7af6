import {
  isCtyList,
  isCtyObject,
  isUnknown,
  nestedOf,
  typeOfAttribute,
  valuesEqual,
  type BlockSchema,
  type CtyObject,
  type CtyValue,
} from '../../provider/plugin';

/**
 * Two rules of Terraform core, restated for tests: what it proposes to a provider, and what it accepts as a plan.
 * Source: hashicorp/terraform internal/plans/objchange (objchange.go, plan_valid.go), behaviour only.
 */

function namesOf(block: BlockSchema): string[] {
  return [...Object.keys(block.attributes ?? {}), ...Object.keys(block.block_types ?? {})];
}

/** The configuration, with computed attributes it leaves out taken from prior state. */
export function proposedNew(
  block: BlockSchema,
  prior: CtyObject | null,
  config: CtyObject,
): CtyObject {
  return Object.fromEntries(
    namesOf(block).map((name) => {
      const configured = config[name] ?? null;
      const before = prior?.[name] ?? null;
      const attribute = block.attributes?.[name];
      if (attribute?.computed === true && configured === null) return [name, before];
      return [name, proposedNested(block, name, before, configured)];
    }),
  );
}

function proposedNested(
  block: BlockSchema,
  name: string,
  prior: CtyValue,
  config: CtyValue,
): CtyValue {
  const nested = nestedOf(block, name);
  if (nested === undefined) return config;
  const propose = (before: CtyValue | undefined, item: CtyValue) =>
    isCtyObject(item) ? proposedNew(nested.block, isCtyObject(before) ? before : null, item) : item;
  if (isCtyList(config)) {
    const priors = isCtyList(prior) ? prior : [];
    const before = nested.mode === 'set' ? setPriors(nested.block, priors, config) : priors;
    return config.map((item, index) => propose(before[index], item));
  }
  if (!isCtyObject(config)) return config;
  if (nested.mode !== 'map') return propose(prior, config);
  return Object.fromEntries(
    Object.entries(config).map(([key, item]) => [
      key,
      propose(isCtyObject(prior) ? prior[key] : undefined, item),
    ]),
  );
}

/** For each configured element of a set its prior one: the same but for computed attributes. Each is used once. */
function setPriors(
  block: BlockSchema,
  priors: readonly CtyValue[],
  config: readonly CtyValue[],
): (CtyValue | undefined)[] {
  const left = [...priors];
  const found: (CtyValue | undefined)[] = config.map(() => undefined);
  // Elements that say everything come first: their prior must not be given to one that says less.
  for (const isWhole of [true, false])
    for (const [index, item] of config.entries()) {
      if (saysAll(block, item) !== isWhole) continue;
      const match = left.findIndex((prior) => couldBe(block, prior, item));
      if (match !== -1) [found[index]] = left.splice(match, 1);
    }
  return found;
}

function saysAll(block: BlockSchema, item: CtyValue): boolean {
  return Object.entries(block.attributes ?? {}).every(
    ([name, attribute]) =>
      attribute.computed !== true || (isCtyObject(item) && item[name] !== null),
  );
}

function couldBe(block: BlockSchema, prior: CtyValue, item: CtyValue): boolean {
  if (!isCtyObject(prior) || !isCtyObject(item)) return false;
  return Object.entries(block.attributes ?? {}).every(([name, attribute]) => {
    const configured = item[name] ?? null;
    if (attribute.write_only === true) return true;
    if (attribute.computed === true && configured === null) return true;
    return valuesEqual(configured, prior[name] ?? null, typeOfAttribute(attribute));
  });
}

/** Why Terraform would reject a plan; empty when it would not. */
export function planFaults(
  block: BlockSchema,
  prior: CtyObject | null,
  config: CtyObject,
  planned: CtyObject,
  path = '',
): string[] {
  return namesOf(block).flatMap((name) => {
    const attribute = block.attributes?.[name];
    const at = `${path}.${name}`;
    const [configured, before, after] = [config, prior, planned].map(
      (each) => each?.[name] ?? null,
    );
    if (attribute?.write_only === true)
      return after === null ? [] : [`${at}: write-only, not null`];
    if (attribute?.computed === true && configured === null) return [];
    return memberFaults(block, name, [before ?? null, configured ?? null, after ?? null], at);
  });
}

function memberFaults(
  block: BlockSchema,
  name: string,
  [prior, config, planned]: readonly [CtyValue, CtyValue, CtyValue],
  at: string,
): string[] {
  const nested = nestedOf(block, name);
  const attribute = block.attributes?.[name];
  if (nested === undefined && attribute !== undefined)
    return valuesEqual(config, planned, typeOfAttribute(attribute))
      ? []
      : [`${at}: not as configured`];
  if (nested === undefined) return [];
  if (isUnknown(config) || config === null)
    return planned === config ? [] : [`${at}: not as configured`];
  const pairs = nestedPairs(nested.mode, prior, config, planned);
  if (pairs === undefined) return [`${at}: another number of elements`];
  return pairs.flatMap(([before, item, after]) =>
    isCtyObject(item) && isCtyObject(after)
      ? planFaults(nested.block, isCtyObject(before) ? before : null, item, after, at)
      : [`${at}: an element is gone`],
  );
}

type Triple = readonly [CtyValue | undefined, CtyValue, CtyValue | undefined];

function nestedPairs(
  mode: string,
  prior: CtyValue,
  config: CtyValue,
  planned: CtyValue,
): Triple[] | undefined {
  if (isCtyList(config) && isCtyList(planned)) {
    const priors = isCtyList(prior) ? prior : [];
    if (config.length !== planned.length) return undefined;
    return config.map((item, index) => [priors[index], item, planned[index]]);
  }
  if (!isCtyObject(config) || !isCtyObject(planned)) return undefined;
  if (mode !== 'map') return [[prior, config, planned]];
  if (Object.keys(config).length !== Object.keys(planned).length) return undefined;
  return Object.entries(config).map(([key, item]) => [
    isCtyObject(prior) ? prior[key] : undefined,
    item,
    planned[key],
  ]);
}

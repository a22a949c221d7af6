import type { Compat, PolicyDocument } from '../document';
import { AigovError } from '../error';
import type { Cidr } from './address';
import { hazards } from './hazard';
import {
  parsePassthrough,
  parsePortLimit,
  parseRange,
  parseTcp,
  type CompiledPortLimit,
  type TcpRule,
} from './limits';
import { joinCompat, rulesInDialect } from './dialect';
import type { ReadRule } from './rule';
import { RuleIndex } from './rule-index';

/** One layer's network section, indexed. */
export interface NetworkLayer {
  readonly name: string;
  readonly allow: RuleIndex;
  readonly deny: RuleIndex;
  /** Binds the layers below. Absent: unbounded. */
  readonly ceiling?: RuleIndex;
  readonly tcp: RuleIndex<TcpRule>;
  readonly passthrough: RuleIndex<{ text: string; host: readonly string[] }>;
  readonly ports: readonly CompiledPortLimit[];
  readonly privateAddresses: readonly Cidr[];
}

export interface CompiledNetwork {
  /** Strict as soon as one layer that speaks of rules is strict. */
  readonly compat: Compat;
  readonly layers: readonly NetworkLayer[];
  /** Whether addresses that no public host has are refused unless named. */
  readonly guardsAddresses: boolean;
}

function ruleFaults(
  text: string,
  compat: Compat,
  at: string,
  read: ReadRule,
): readonly AigovError[] {
  const parsed = read(text);
  const given = `${at} is ${JSON.stringify(text)}`;
  if (!parsed.ok) {
    const { problem, offset, remedy } = parsed.fault;
    const message = `${given}: ${problem} (at character ${offset + 1})`;
    return [new AigovError('POLICY_RULE_INVALID', message, { remedy, at })];
  }
  if (compat === 'boundary') return [];
  return hazards(parsed.rule, parsed.domains).map(
    ({ code, problem, remedy }) =>
      new AigovError(code, `${given}: ${problem}`, {
        remedy: `${remedy} (network.compat: boundary keeps Coder's meaning.)`,
        at,
      }),
  );
}

/** Faults of one layer's section: bad syntax, and in strict the hazards. */
export function networkFaults(
  { network = {} }: PolicyDocument,
  read: ReadRule,
): readonly AigovError[] {
  const compat = network.compat ?? 'strict';
  const faults: AigovError[] = [];
  for (const key of ['allow', 'deny', 'ceiling'] as const) {
    network[key]?.forEach((text, index) => {
      faults.push(...ruleFaults(text, compat, `network.${key}[${index}]`, read));
    });
  }
  const others = [
    ...(network.tcp ?? []).map((text, index) => parseTcp(text, `network.tcp[${index}]`)),
    ...(network.tls?.passthrough ?? []).map((text, index) =>
      parsePassthrough(text, `network.tls.passthrough[${index}]`),
    ),
    ...(network.privateAddresses ?? []).map((text, index) =>
      parseRange(text, `network.privateAddresses[${index}]`),
    ),
    ...(network.ports ?? []).map((limit, index) =>
      parsePortLimit(limit, `network.ports[${index}]`),
    ),
  ];
  return [...faults, ...others.flatMap((result) => ('fault' in result ? [result.fault] : []))];
}

function valuesOf<Value>(
  results: readonly ({ readonly value: Value } | { readonly fault: AigovError })[],
): readonly Value[] {
  return results.flatMap((result) => ('value' in result ? [result.value] : []));
}

function compileLayer(
  { name, network = {} }: PolicyDocument,
  compat: Compat,
  read: ReadRule,
): NetworkLayer {
  const {
    allow = [],
    deny = [],
    ceiling,
    tcp = [],
    tls,
    ports = [],
    privateAddresses = [],
  } = network;
  const indexed = (texts: readonly string[]) => new RuleIndex(rulesInDialect(texts, compat, read));
  return {
    name,
    allow: indexed(allow),
    deny: indexed(deny),
    ...(ceiling ? { ceiling: indexed(ceiling) } : {}),
    tcp: new RuleIndex(valuesOf(tcp.map((text) => parseTcp(text, '')))),
    passthrough: new RuleIndex(
      valuesOf((tls?.passthrough ?? []).map((text) => parsePassthrough(text, ''))),
    ),
    ports: valuesOf(ports.map((limit) => parsePortLimit(limit, ''))),
    privateAddresses: valuesOf(privateAddresses.map((text) => parseRange(text, ''))),
  };
}

/** Under a ceiling no layer may open further private ranges. */
function cutPrivateAddresses(layers: readonly NetworkLayer[]): readonly NetworkLayer[] {
  const firstCeiling = layers.findIndex(({ ceiling }) => ceiling !== undefined);
  return layers.map((layer, at) =>
    firstCeiling >= 0 && at > firstCeiling ? { ...layer, privateAddresses: [] } : layer,
  );
}

/** Compiles the network sections of all layers, top first. They are free of `networkFaults`. */
export function compileNetwork(layers: readonly PolicyDocument[], read: ReadRule): CompiledNetwork {
  const sections = layers.map(({ network }) => network);
  const compat = joinCompat(sections) ?? 'strict';
  const namesAddresses = sections.some((section) => section?.privateAddresses !== undefined);
  return {
    compat,
    layers: cutPrivateAddresses(layers.map((layer) => compileLayer(layer, compat, read))),
    guardsAddresses: compat === 'strict' || namesAddresses,
  };
}

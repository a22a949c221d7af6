import { decode, encode, ExtData, type ExtensionCodecType } from '@msgpack/msgpack';
import { AigovError } from '../../policy';
import { attributesOf, elementTypeOf, renderType, type CtyType } from './cty-type';
import { Dynamic, isCtyList, isCtyObject, isUnknown, UNKNOWN, type CtyValue } from './cty-value';

const INT64_MIN = -(2n ** 63n);
const UINT64_MAX = 2n ** 64n - 1n;
const UINT32_MAX = 2 ** 32 - 1;
const INT32_MIN = -(2 ** 31);
const UNKNOWN_WIRE = new ExtData(0, new Uint8Array([0]));

/**
 * Unknown values travel as an extension: 0 plain, 12 with refinements; the protocol says to take any of 0 to 127 as
 * unknown. Source: plugin-protocol/object-wire-format.md.
 */
const extensions: ExtensionCodecType<undefined> = {
  tryToEncode: (value) => (value instanceof ExtData ? value : null),
  decode: (_data, type) => (type >= 0 ? UNKNOWN : null),
};
const encodeOptions = { useBigInt64: true, sortKeys: true, extensionCodec: extensions };
const decodeOptions = { useBigInt64: true, extensionCodec: extensions };

/** Encodes one value as the plugin protocol wants it: msgpack, every object attribute present. */
export function encodeValue(value: CtyValue, type: CtyType): Uint8Array {
  return encode(toWire(value, type), encodeOptions);
}

/** Decodes one msgpack value of a known type. Object attributes the sender left out are null. */
export function decodeValue(bytes: Uint8Array, type: CtyType): CtyValue {
  return fromWire(decode(bytes, decodeOptions), type, '');
}

function toWire(value: CtyValue, type: CtyType): unknown {
  if (value === null) return null;
  if (isUnknown(value)) return UNKNOWN_WIRE;
  if (type === 'dynamic') return toDynamicWire(value);
  if (type === 'number') return numberToWire(value);
  if (typeof type === 'string') return value;
  if (type[0] === 'tuple')
    return listOf(value).map((item, i) => toWire(item, type[1][i] ?? 'dynamic'));
  if (type[0] === 'object') return objectToWire(value, type[1]);
  if (type[0] === 'map') return mapToWire(value, type[1]);
  return listOf(value).map((item) => toWire(item, type[1]));
}

function toDynamicWire(value: CtyValue): unknown {
  const typed = value instanceof Dynamic ? value : new Dynamic(typeOfPlain(value), value);
  return [Buffer.from(JSON.stringify(typed.type)), toWire(typed.value, typed.type)];
}

/** The type an untyped value has by itself, as Terraform would infer it from a literal. */
function typeOfPlain(value: CtyValue): CtyType {
  if (value instanceof Dynamic) return value.type;
  if (isCtyList(value)) return ['tuple', value.map(typeOfPlain)];
  if (isCtyObject(value)) {
    return [
      'object',
      Object.fromEntries(Object.entries(value).map(([k, v]) => [k, typeOfPlain(v)])),
    ];
  }
  if (typeof value === 'number' || typeof value === 'bigint') return 'number';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'string' ? 'string' : 'dynamic';
}

/** msgpack would send integers over 32 bits as floats once bigint is in use, so they go as bigint. */
function numberToWire(value: CtyValue): unknown {
  if (typeof value === 'number' && Number.isSafeInteger(value)) {
    return value > UINT32_MAX || value < INT32_MIN ? BigInt(value) : value;
  }
  if (typeof value !== 'bigint') return value;
  return value < INT64_MIN || value > UINT64_MAX ? value.toString() : value;
}

function listOf(value: CtyValue): readonly CtyValue[] {
  if (isCtyList(value)) return value;
  throw notOfType(value, 'a list', '');
}

function objectToWire(value: CtyValue, attributes: Readonly<Record<string, CtyType>>): unknown {
  if (!isCtyObject(value)) throw notOfType(value, 'an object', '');
  return Object.fromEntries(
    Object.entries(attributes).map(([name, type]) => [name, toWire(value[name] ?? null, type)]),
  );
}

function mapToWire(value: CtyValue, type: CtyType): unknown {
  if (!isCtyObject(value)) throw notOfType(value, 'a map', '');
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toWire(item, type)]));
}

/** Gives decoded msgpack or parsed JSON its type: the two differ only in how numbers and dynamic values look. */
export function fromWire(wire: unknown, type: CtyType, at: string): CtyValue {
  if (wire === null || wire === undefined) return null;
  if (wire === UNKNOWN) return UNKNOWN;
  if (type === 'dynamic') return dynamicFromWire(wire, at);
  if (type === 'number') return numberFromWire(wire, at);
  if (typeof type === 'string') return scalarFromWire(wire, type, at);
  const attributes = attributesOf(type);
  if (attributes !== undefined) return objectFromWire(wire, attributes, at);
  if (type[0] === 'map') return mapFromWire(wire, elementTypeOf(type) ?? 'dynamic', at);
  if (!Array.isArray(wire)) throw notOfType(wire, renderType(type), at);
  const typeAt = (i: number) => (type[0] === 'tuple' ? type[1][i] : elementTypeOf(type));
  return wire.map((item, i) => fromWire(item, typeAt(i) ?? 'dynamic', `${at}[${i}]`));
}

function dynamicFromWire(wire: unknown, at: string): CtyValue {
  if (Array.isArray(wire) && wire.length === 2 && wire[0] instanceof Uint8Array) {
    const type = JSON.parse(Buffer.from(wire[0]).toString('utf8')) as CtyType;
    return new Dynamic(type, fromWire(wire[1], type, at));
  }
  const json = wire as { type?: CtyType; value?: unknown };
  if (typeof wire === 'object' && json.type !== undefined) {
    return new Dynamic(json.type, fromWire(json.value, json.type, at));
  }
  throw notOfType(wire, 'a value with its type', at);
}

function numberFromWire(wire: unknown, at: string): CtyValue {
  if (typeof wire === 'number') return wire;
  if (typeof wire === 'bigint') return narrow(wire);
  if (typeof wire === 'string') return /^-?\d+$/.test(wire) ? narrow(BigInt(wire)) : wire;
  throw notOfType(wire, 'a number', at);
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function scalarFromWire(wire: unknown, type: 'string' | 'bool', at: string): CtyValue {
  if (type === 'string' && typeof wire === 'string') return wire;
  if (type === 'bool' && typeof wire === 'boolean') return wire;
  throw notOfType(wire, type, at);
}

function objectFromWire(
  wire: unknown,
  attributes: Readonly<Record<string, CtyType>>,
  at: string,
): CtyValue {
  const members = membersOf(wire, at);
  return Object.fromEntries(
    Object.entries(attributes).map(([name, type]) => [
      name,
      fromWire(members[name], type, at === '' ? name : `${at}.${name}`),
    ]),
  );
}

function mapFromWire(wire: unknown, type: CtyType, at: string): CtyValue {
  const members = Object.entries(membersOf(wire, at));
  return Object.fromEntries(
    members.map(([key, item]) => [key, fromWire(item, type, `${at}["${key}"]`)]),
  );
}

function membersOf(wire: unknown, at: string): Record<string, unknown> {
  if (typeof wire !== 'object' || wire === null || Array.isArray(wire))
    throw notOfType(wire, 'an object', at);
  return wire as Record<string, unknown>;
}

function notOfType(value: unknown, wanted: string, at: string): AigovError {
  const found = Array.isArray(value) ? 'a list' : typeof value;
  return new AigovError('PROVIDER_VALUE_TYPE', `${at || 'value'} is ${found}, not ${wanted}`, {
    remedy: 'Report this: the value does not have the type the schema declares.',
    ...(at === '' ? {} : { at }),
  });
}

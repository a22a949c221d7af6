import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { AigovError, AigovErrors, compilePolicy, type CompiledPolicy } from '../../policy';
import { parsePolicyValue } from '../../policy/schema';
import type { CliIo } from '../io';
import { loadLayers, type FactOptions } from './policy-files';
import { decideRequest, REQUEST_KINDS } from './request';

/** Policies given in lines are compiled once each; lines tend to repeat them. */
const MAX_CACHED_POLICIES = 100;

class LinePolicies {
  readonly #compiled = new Map<string, CompiledPolicy | AigovError>();

  /** @throws AigovError when the policy does not load */
  compile(value: unknown): CompiledPolicy {
    const key = JSON.stringify(value);
    const known = this.#compiled.get(key) ?? this.#compileNew(value);
    if (this.#compiled.size >= MAX_CACHED_POLICIES) this.#compiled.clear();
    this.#compiled.set(key, known);
    if (AigovError.is(known)) throw known;
    return known;
  }

  #compileNew(value: unknown): CompiledPolicy | AigovError {
    try {
      return compileLine(value);
    } catch (error) {
      if (AigovError.is(error)) return error;
      throw error;
    }
  }
}

function compileLine(value: unknown): CompiledPolicy {
  const layers = Array.isArray(value)
    ? value.map((layer: unknown, at) => parsePolicyValue(layer, `policy[${at}]`))
    : [parsePolicyValue(value)];
  return compilePolicy(layers.map(({ selectors: _selectors, ...layer }) => layer));
}

type Fields = Readonly<Record<string, unknown>>;

function parseLine(line: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    const remedy = 'Write one JSON object a line.';
    throw new AigovError('REQUEST_INVALID', 'the line is not JSON', { remedy, at: 'line', cause });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new AigovError('REQUEST_INVALID', 'the line is not a JSON object', {
    remedy: 'Write one JSON object a line.',
    at: 'line',
  });
}

function errorAsData(error: AigovError): object {
  const first = error instanceof AigovErrors ? (error.faults[0] ?? error) : error;
  const faults = error instanceof AigovErrors ? error.faults : [error];
  const asData = ({ code, message, at, remedy }: AigovError) => ({ code, message, at, remedy });
  return { ...asData(first), ...(faults.length > 1 ? { faults: faults.map(asData) } : {}) };
}

function kindOf(fields: Fields) {
  const unknown = Object.keys(fields).filter(
    (key) => !['id', 'policy', ...REQUEST_KINDS].includes(key),
  );
  const kinds = REQUEST_KINDS.filter((kind) => Object.hasOwn(fields, kind));
  const [kind] = kinds;
  if (kind !== undefined && kinds.length === 1 && unknown.length === 0) return kind;
  const given = [...kinds, ...unknown].join(', ') || 'none';
  throw new AigovError(
    'REQUEST_INVALID',
    `expected exactly one of ${REQUEST_KINDS.join(', ')}; given: ${given}`,
    {
      remedy: 'Ask one question a line.',
      at: 'line',
    },
  );
}

/** One line in, one object out; an error is an object too. */
function answer(line: string, filePolicy: CompiledPolicy, linePolicies: LinePolicies): object {
  let id: unknown;
  try {
    const fields = parseLine(line);
    id = fields['id'];
    const policy =
      fields['policy'] === undefined ? filePolicy : linePolicies.compile(fields['policy']);
    const kind = kindOf(fields);
    const { effect, reason, layer, rule, ...rest } = decideRequest(policy, kind, fields[kind]);
    return { id, effect, reason, layer, rule, ...rest };
  } catch (error) {
    if (!AigovError.is(error)) throw error;
    return { id, error: errorAsData(error) };
  }
}

/** Answers JSON lines from stdin with JSON lines on stdout, in order; blank lines are skipped. */
export async function decideLines(
  files: readonly string[],
  options: FactOptions,
  io: CliIo,
): Promise<void> {
  const filePolicy = compilePolicy(loadLayers(files, options, io));
  const linePolicies = new LinePolicies();
  for await (const line of createInterface({ input: io.stdin, crlfDelay: Infinity })) {
    if (line.trim() === '') continue;
    const text = `${JSON.stringify(answer(line, filePolicy, linePolicies))}\n`;
    if (!io.stdout.write(text)) await once(io.stdout, 'drain');
  }
}

import { patchBytes, type Edit } from './json/patch-bytes';
import { walkStrings } from './json/walk-strings';
import type { Provider } from './provider';

/** One name for a model that several upstreams have, in the order they are tried. */
export interface ModelGroup {
  /** What clients ask for as `model`. */
  readonly name: string;
  readonly upstreams: readonly {
    /** Name of a provider. */
    readonly provider: string;
    /** The model's id there. */
    readonly model: string;
  }[];
}

/** Where a request may go. */
export interface Target {
  readonly provider: Provider;
  readonly model: string;
}

/**
 * The upstreams of the group a client asks for: those that have the API it speaks. Undefined: what it asks for is no
 * group. Only APIs that name their model in the body know groups.
 */
export function targetsOf(
  groups: readonly ModelGroup[],
  providers: ReadonlyMap<string, Provider>,
  asked: { readonly model: string; readonly method: string; readonly path: string },
  formatName: string,
): readonly Target[] | undefined {
  const group = groups.find(({ name }) => name === asked.model);
  return group?.upstreams.flatMap(({ provider: name, model }) => {
    const provider = providers.get(name);
    const endpoint = provider?.type.endpoint(asked.method, asked.path);
    const isSpoken = endpoint?.kind === 'intercepted' && endpoint.format.name === formatName;
    return provider !== undefined && isSpoken ? [{ provider, model }] : [];
  });
}

/** The body with another model's name in place of its own; every other byte stays. `body` is valid JSON. */
export function withModel(body: Buffer, model: string): Buffer {
  const edits: Edit[] = [];
  const name = Buffer.from(JSON.stringify(model).slice(1, -1));
  walkStrings(body, (path, start, end) => {
    if (path.length === 1 && path[0] === 'model') edits.push({ start, end, bytes: name });
  });
  return patchBytes(body, edits);
}

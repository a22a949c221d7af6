import { covers } from './match';
import { hazards } from './hazard';
import { parseRule } from './rule';
import type { Target } from './target';

export interface WantedGrant {
  /** Names of all layers, top first. */
  readonly layers: readonly string[];
  /** The topmost layer whose ceiling excludes the request. */
  readonly bound: string | undefined;
  /** The rule that would grant it; undefined when none can be written. */
  readonly wanted: string | undefined;
  /** Key of the network section. */
  readonly section: string;
}

function isSafeGrant(text: string, target: Target): boolean {
  const parsed = parseRule(text);
  return (
    parsed.ok && hazards(parsed.rule, parsed.domains).length === 0 && covers(parsed.rule, target)
  );
}

const PLAIN_HOST = /^(?:[a-z0-9-]+\.)*[a-z]+$/;
const PLAIN_PATH = /^[A-Za-z0-9\-_~/]*[A-Za-z0-9\-_~]$/;

/** Most denied requests: what they need is known without parsing the rule again. */
function isPlain({ method, host, paths, compat }: Target): boolean {
  const path = paths.length === 1 ? (paths[0] ?? []).join('/') : '';
  return (
    compat === 'strict' &&
    /^[A-Z]+$/.test(method) &&
    PLAIN_HOST.test(host) &&
    PLAIN_PATH.test(path) &&
    !path.includes('//') &&
    !path.startsWith('/')
  );
}

/** The narrowest rule that would allow the request, or undefined when the language cannot say it. */
export function requestRule(target: Target): string | undefined {
  const { method, host, paths } = target;
  if (isPlain(target)) return `method=${method} domain=${host} path=/${(paths[0] ?? []).join('/')}`;
  const [path = []] = paths;
  const narrow =
    paths.length === 1 && path.every((part) => part !== '') ? ` path=/${path.join('/')}` : '';
  return [
    `method=${method} domain=${host}${narrow}`,
    `method=${method} domain=${host}`,
    `domain=${host}`,
  ].find((text) => isSafeGrant(text, target));
}

/** The smallest change that would allow something, and who has to make it; none that a ceiling forbids. */
export function grantRemedy({ layers, bound, wanted, section }: WantedGrant): string {
  if (wanted === undefined)
    return 'No rule can name this target; reach it under a plain host name.';
  const lowest = layers.at(-1);
  if (lowest === undefined) return `Add "${wanted}" to network.${section} of a policy.`;
  if (bound === undefined) return `Add "${wanted}" to network.${section} of layer "${lowest}".`;
  return (
    `No layer below "${bound}" can allow this: its network.ceiling does not cover it. ` +
    `Only the owner of layer "${bound}" can, by adding "${wanted}" to its network.${section}.`
  );
}

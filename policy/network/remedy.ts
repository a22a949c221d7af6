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

/** The narrowest rule that would allow the request, or undefined when the language cannot say it. */
export function requestRule(target: Target): string | undefined {
  const { method, host, plainPath } = target;
  if (plainPath !== undefined && /^[A-Z]+$/.test(method)) {
    const hasPath = plainPath !== '' && !plainPath.endsWith('/');
    return `method=${method} domain=${host}${hasPath ? ` path=${plainPath}` : ''}`;
  }
  const { paths } = target;
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

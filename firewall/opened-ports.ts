import type { PolicyDocument } from '../policy';

/** Ranges in `network.ports` open at most this many listeners in a jail; a wider one needs level A+. */
const MAX_RANGE = 16;

/**
 * Ports a jail answers on besides the standard ones: those of raw TCP rules, and those `network.ports` names. A
 * connection to any other port is refused by the kernel.
 */
export function openedPorts(network: PolicyDocument['network']): readonly number[] {
  const tcp = (network?.tcp ?? []).map((rule) => Number(rule.split(':').at(-1)));
  const limits = (network?.ports ?? []).flatMap(({ allow }) => allow.flatMap(portsOf));
  return [...new Set([...tcp, ...limits])].filter((port) => Number.isInteger(port) && port > 0);
}

function portsOf(entry: number | string): number[] {
  if (typeof entry === 'number') return [entry];
  const [first = 0, last = first] = entry.split('-').map(Number);
  const count = Math.min(last - first + 1, MAX_RANGE);
  return Array.from({ length: Math.max(count, 0) }, (_, index) => first + index);
}

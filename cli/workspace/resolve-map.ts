import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { AigovError } from '../../policy';

/** Addresses of a host, asked outside the jail. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/**
 * Reads `AIGOV_RESOLVE`: comma-separated `HOST=ADDRESS`, asked before the system's resolver. For rehearsals (demo,
 * emulate) and split DNS, like entries in a hosts file: the policy still decides, also about the address.
 */
export function resolveWith(text: string | undefined): Resolve {
  const entries = (text ?? '').split(',').filter((entry) => entry !== '');
  const known = new Map(entries.map(parseEntry));
  return async (host) => {
    const address = known.get(host.toLowerCase());
    if (address !== undefined) return [address];
    const found = await lookup(host, { all: true, verbatim: true });
    return found.map((answer) => answer.address);
  };
}

function parseEntry(entry: string): [string, string] {
  const [host = '', address = ''] = entry.split('=');
  if (host !== '' && isIP(address) !== 0) return [host.toLowerCase(), address];
  throw new AigovError(
    'RESOLVE_INVALID',
    `AIGOV_RESOLVE: ${JSON.stringify(entry)} is not HOST=ADDRESS`,
    {
      remedy: 'Write for example registry.corp.example=10.1.2.3.',
      at: 'AIGOV_RESOLVE',
    },
  );
}

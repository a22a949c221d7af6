/**
 * Names stand behind addresses of 198.18.0.0/15 (RFC 2544: never routed on the internet). The jail connects to the
 * address, the egress proxy learns the name.
 */

/** Names one session may hold; the least recently used goes first. */
export const MAX_NAMES_PER_SESSION = 16_384;

const FIRST_OCTET = 198;
const SECOND_OCTETS = [18, 19] as const;
const ADDRESSES_PER_OCTET = 65_536;
/** All of the block but its first and last address, which some programs take for network and broadcast. */
const USABLE_ADDRESSES = SECOND_OCTETS.length * ADDRESSES_PER_OCTET - 2;
const SYNTHETIC = /^198\.1[89]\.\d{1,3}\.\d{1,3}$/;

/** Both directions of one session's mapping. */
export interface NameTable {
  /** The address that stands for a name; the same one as long as the name is held. */
  addressOf(name: string): string;
  /** The name behind an address, if it stands for one. */
  nameOf(address: string): string | undefined;
}

/** Each session has a table of its own, so one jail cannot push out another's names. */
export interface SyntheticNames {
  of(session: object): NameTable;
}

function addressAt(index: number): string {
  const number = index + 1;
  const second = SECOND_OCTETS[Math.floor(number / ADDRESSES_PER_OCTET)] ?? SECOND_OCTETS[0];
  return `${FIRST_OCTET}.${second}.${(number >> 8) & 0xff}.${number & 0xff}`;
}

/** Is this an address that could stand for a name? */
export function isSynthetic(address: string): boolean {
  return SYNTHETIC.test(address);
}

function createTable(limit: number): NameTable {
  const addresses = new Map<string, string>();
  const names = new Map<string, string>();
  let next = 0;

  /** INVARIANT: `limit` is far below the number of addresses, so a freed address rests for a whole round. */
  const freeAddress = (): string => {
    let address = addressAt(next % USABLE_ADDRESSES);
    while (names.has(address)) {
      next += 1;
      address = addressAt(next % USABLE_ADDRESSES);
    }
    next += 1;
    return address;
  };

  const forgetOldest = (): void => {
    for (const [name, address] of addresses) {
      addresses.delete(name);
      names.delete(address);
      return;
    }
  };

  const touch = (name: string, address: string): void => {
    addresses.delete(name);
    addresses.set(name, address);
  };

  return {
    addressOf(name) {
      const known = addresses.get(name);
      if (known === undefined && addresses.size >= limit) forgetOldest();
      const address = known ?? freeAddress();
      touch(name, address);
      names.set(address, name);
      return address;
    },
    nameOf(address) {
      const name = names.get(address);
      if (name !== undefined) touch(name, address);
      return name;
    },
  };
}

export function createSyntheticNames(limit: number = MAX_NAMES_PER_SESSION): SyntheticNames {
  const tables = new WeakMap<object, NameTable>();
  return {
    of(session) {
      const table = tables.get(session) ?? createTable(limit);
      tables.set(session, table);
      return table;
    },
  };
}

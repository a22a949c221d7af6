import type { Compat } from '../document';
import { parseAddress, type IpAddress } from './address';
import { splitBoundaryUrl } from './boundary-url';
import { readPlainUrl } from './plain-url';
import { readStrictUrl } from './strict-url';

/** One request in the form rules are compared with. */
export interface Target {
  readonly method: string;
  readonly host: string;
  readonly labels: readonly string[];
  /** Set when the host is an address that no `*` label may swallow (strict only). */
  readonly address?: IpAddress;
  readonly port: number;
  /** Every way the path may be read, as segments; a rule must match all of them. */
  readonly paths: readonly (readonly string[])[];
  readonly compat: Compat;
  /** The path as written, where it can be read in one way only and needs no escape in a rule. */
  readonly plainPath?: string;
}

/** Cuts labels and segments when a rule asks for them: most decisions need neither. */
class PlainTarget implements Target {
  readonly compat = 'strict';
  private cutLabels: readonly string[] | undefined;
  private cutPaths: readonly (readonly string[])[] | undefined;

  constructor(
    readonly method: string,
    readonly host: string,
    readonly port: number,
    readonly plainPath: string,
  ) {}

  get labels(): readonly string[] {
    return (this.cutLabels ??= this.host.split('.'));
  }

  get paths(): readonly (readonly string[])[] {
    return (this.cutPaths ??= [this.plainPath.slice(1).split('/')]);
  }
}

export type ReadTarget =
  | { readonly ok: true; readonly target: Target }
  | {
      readonly ok: false;
      readonly reason: 'url_invalid' | 'ambiguous_target';
      readonly problem: string;
    };

/** Path segments as the reference compares them: the empty one before the first slash is dropped. */
export function segmentsOf(path: string): readonly string[] {
  const segments = path.split('/');
  return segments[0] === '' ? segments.slice(1) : segments;
}

function defaultPort(url: string): number {
  return /^(?:http|ws):/i.test(url) ? 80 : 443;
}

function readBoundary(method: string, url: string): ReadTarget {
  const split = splitBoundaryUrl(url);
  if (!split) {
    return { ok: false, reason: 'url_invalid', problem: 'the URL cannot be parsed' };
  }
  const { host, port, path } = split;
  const target: Target = {
    method,
    host,
    labels: host.split('.'),
    paths: [segmentsOf(path)],
    compat: 'boundary',
    port: port === '' ? defaultPort(url) : Number(port),
  };
  return { ok: true, target };
}

function readStrict(method: string, url: string): ReadTarget {
  const plain = readPlainUrl(url);
  if (plain)
    return { ok: true, target: new PlainTarget(method, plain.host, plain.port, plain.path) };
  const read = readStrictUrl(url);
  if (!read.ok) return read;
  const { host, port, paths, address } = read;
  const target: Target = {
    method,
    host,
    labels: host.split('.'),
    paths,
    port,
    compat: 'strict',
    ...(address ? { address } : {}),
  };
  return { ok: true, target };
}

/** Reads a request in the given dialect. */
export function readTarget(compat: Compat, method: string, url: string): ReadTarget {
  return compat === 'boundary' ? readBoundary(method, url) : readStrict(method, url);
}

/** A host alone (DNS, SNI, CONNECT), in the form rules are compared with. */
export function readHost(
  compat: Compat,
  host: string,
): Pick<Target, 'host' | 'labels' | 'address'> {
  const text = compat === 'strict' ? host.toLowerCase() : host;
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  const address = compat === 'strict' ? parseAddress(bare) : undefined;
  return { host: bare, labels: bare.split('.'), ...(address ? { address } : {}) };
}

import { isIPv4 } from 'node:net';

const IPV4_TAIL = /:(\d+)\.(\d+)\.(\d+)\.(\d+)$/;

function groupsOf(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}

/** `…:1.2.3.4` with its tail as two hexadecimal groups. */
function withoutDottedTail(address: string): string {
  return address.replace(IPV4_TAIL, (_match, a: string, b: string, c: string, d: string) => {
    const high = (Number(a) * 256 + Number(b)).toString(16);
    return `:${high}:${(Number(c) * 256 + Number(d)).toString(16)}`;
  });
}

/** The 4 or 16 octets of an address that `net.isIP` accepts; a zone (`%eth0`) is dropped. */
export function addressOctets(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  const [withoutZone = ''] = address.split('%');
  const [head = '', tail] = withoutDottedTail(withoutZone).split('::');
  const first = groupsOf(head);
  const last = tail === undefined ? [] : groupsOf(tail);
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => 0);
  return Buffer.from([...first, ...zeros, ...last].flatMap((group) => [group >> 8, group & 0xff]));
}

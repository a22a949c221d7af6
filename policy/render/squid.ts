import type { PolicyDocument } from '../document';
import { isWholeHost } from '../network/match';
import { parseTcp } from '../network/limits';
import { parseRule } from '../network/rule';
import { otherNetworkKeys, otherSections, type Rendered } from './rendered';

/** Ranges Squid must not connect to, as `decideAddress` guards them. */
const PRIVATE_RANGES = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::1/128',
  'fc00::/7',
  'fe80::/10',
];

/** A host pattern as an expression over the whole host: leading star one or more labels, inner star one. */
function hostExpression(host: readonly string[]): string {
  const labels = host.map((label, at) => {
    if (label !== '*') return label.toLowerCase().replaceAll('-', '\\-');
    return at === 0 ? '.+' : '[^.]+';
  });
  return `^${labels.join('\\.')}$`;
}

interface Lines {
  readonly lines: string[];
  readonly lost: string[];
}

/** One access line; rules that speak of method or path need TLS to be opened, which plain Squid does not do. */
function addRule(
  { lines, lost }: Lines,
  verdict: 'allow' | 'deny',
  text: string,
  id: string,
  key: string,
): void {
  const parsed = parseRule(text);
  if (!parsed.ok || !isWholeHost(parsed.rule)) {
    lost.push(`${key} ${JSON.stringify(text)} (method or path)`);
    return;
  }
  const { host = ['*'] } = parsed.rule;
  const isAll = host.length === 1 && host[0] === '*';
  if (isAll) lines.push(`http_access ${verdict} all`);
  else
    lines.push(`acl ${id} dstdom_regex -n ${hostExpression(host)}`, `http_access ${verdict} ${id}`);
}

function addTcp({ lines, lost }: Lines, text: string, id: string): void {
  const parsed = parseTcp(text, '');
  if (!('value' in parsed)) {
    lost.push(`network.tcp ${JSON.stringify(text)}`);
    return;
  }
  const { host, port } = parsed.value;
  const acl = host.length === 1 && host[0] === '*' ? 'all' : id;
  if (acl === id) lines.push(`acl ${id} dstdom_regex -n ${hostExpression(host)}`);
  lines.push(`acl ${id}_port port ${port}`, `http_access allow CONNECT ${acl} ${id}_port`);
}

/** Writes a Squid configuration (access rules only) of one composed document, default deny. */
export function renderSquid(document: PolicyDocument): Rendered {
  const { allow = [], deny = [], tcp = [], privateAddresses = [] } = document.network ?? {};
  const out: Lines = {
    lines: [
      '# aigov: access rules for Squid; include from squid.conf',
      'acl CONNECT method CONNECT',
    ],
    lost: [],
  };
  if (privateAddresses.length > 0)
    out.lines.push(`acl aigov_named dst ${privateAddresses.join(' ')}`);
  out.lines.push(`acl aigov_private dst ${PRIVATE_RANGES.join(' ')}`);
  deny.forEach((text, at) => addRule(out, 'deny', text, `aigov_deny_${at}`, 'network.deny'));
  const unnamed = privateAddresses.length > 0 ? ' !aigov_named' : '';
  out.lines.push(`http_access deny aigov_private${unnamed}`);
  allow.forEach((text, at) => addRule(out, 'allow', text, `aigov_allow_${at}`, 'network.allow'));
  tcp.forEach((text, at) => addTcp(out, text, `aigov_tcp_${at}`));
  const other = otherNetworkKeys(document, ['allow', 'deny', 'tcp', 'privateAddresses']);
  return {
    text: `${[...out.lines, 'http_access deny all'].join('\n')}\n`,
    lost: [...out.lost, ...other, ...otherSections(document, ['network'])],
  };
}

import type { PolicyDocument } from '../document';
import { parseTcp } from '../network/limits';
import { otherNetworkKeys, otherSections, type Rendered } from './rendered';

/** Ranges kept out of the block that stands for the public internet. */
const NOT_PUBLIC = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
];

/** A name Kubernetes takes: lower case, digits, dashes. */
function objectName(name: string): string {
  const safe = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return `aigov-${safe || 'policy'}`.slice(0, 63).replace(/-+$/, '');
}

function tcpPorts(texts: readonly string[]): readonly number[] {
  const ports = texts.flatMap((text) => {
    const parsed = parseTcp(text, '');
    return 'value' in parsed ? [parsed.value.port] : [];
  });
  return [...new Set([80, 443, ...ports])];
}

const tcpPort = (port: number) => ({ port, protocol: 'TCP' });

/**
 * Writes a Kubernetes NetworkPolicy: the outer fence around workspaces (addresses and ports; names are beyond it and
 * stay with the firewall). Pods are chosen by `app.kubernetes.io/name: coder-workspace`, as Coder's templates label them.
 */
export function renderNetworkPolicy(document: PolicyDocument): Rendered {
  const { allow = [], tcp = [], privateAddresses = [] } = document.network ?? {};
  const ports = tcpPorts(tcp).map(tcpPort);
  const isOpen = allow.length + tcp.length > 0;
  const publicBlock = { to: [{ ipBlock: { cidr: '0.0.0.0/0', except: NOT_PUBLIC } }], ports };
  const named = privateAddresses.map((cidr) => ({
    ipBlock: { cidr: cidr.includes('/') ? cidr : `${cidr}/${cidr.includes(':') ? 128 : 32}` },
  }));
  const dns = {
    to: [{ namespaceSelector: {} }],
    ports: [
      { port: 53, protocol: 'UDP' },
      { port: 53, protocol: 'TCP' },
    ],
  };
  const policy = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: objectName(document.name) },
    spec: {
      podSelector: { matchLabels: { 'app.kubernetes.io/name': 'coder-workspace' } },
      policyTypes: ['Egress'],
      egress: [
        dns,
        ...(isOpen ? [publicBlock] : []),
        ...(named.length > 0 ? [{ to: named, ports }] : []),
      ],
    },
  };
  const names = [
    ...allow.map((rule) => `network.allow ${JSON.stringify(rule)} (names)`),
    ...tcp.map((text) => `network.tcp ${JSON.stringify(text)} (name)`),
  ];
  return {
    text: `${JSON.stringify(policy, null, 2)}\n`,
    lost: [
      ...names,
      ...otherNetworkKeys(document, ['allow', 'tcp', 'privateAddresses']),
      ...otherSections(document, ['network']),
    ],
  };
}

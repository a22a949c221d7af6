import { readFile } from 'node:fs/promises';

/**
 * Where Linux distributions keep the bundle of trusted roots: Debian, Alpine and Arch; Fedora and RHEL (two
 * paths); openSUSE; NixOS. Level A mounts our bundle over those that exist. Source: Go, crypto/x509/root_linux.go.
 */
export const SYSTEM_BUNDLE_PATHS = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/ssl/cert.pem',
] as const;

/**
 * Variables by which programs take a bundle of roots. All but `NODE_EXTRA_CA_CERTS` replace the system's
 * roots, so the bundle has to hold those too. npm ignores `NODE_EXTRA_CA_CERTS` where its own `cafile` is
 * configured (seen with npm 10), hence `npm_config_cafile`.
 */
export const CA_BUNDLE_VARIABLES = [
  'SSL_CERT_FILE',
  'CURL_CA_BUNDLE',
  'REQUESTS_CA_BUNDLE',
  'NODE_EXTRA_CA_CERTS',
  'npm_config_cafile',
  'YARN_HTTPS_CA_FILE_PATH',
  'GIT_SSL_CAINFO',
  'PIP_CERT',
  'CARGO_HTTP_CAINFO',
  'DENO_CERT',
  'AWS_CA_BUNDLE',
  'CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE',
  'GRPC_DEFAULT_SSL_ROOTS_FILE_PATH',
  'NIX_SSL_CERT_FILE',
  'BUNDLE_SSL_CA_CERT',
  'HEX_CACERTS_PATH',
  'PERL_LWP_SSL_CA_FILE',
  'COMPOSER_CAFILE',
  'CODEX_CA_CERTIFICATE',
] as const;

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

export interface CaBundleParts {
  /** The system's bundle, PEM. */
  readonly systemRoots: string;
  /** Bundles the company configured (what the variables named before), PEM. */
  readonly corporate?: readonly string[];
  /** Our authority, PEM. */
  readonly ca: string;
}

/** The certificates of a PEM text, each on its own; everything else falls out. */
export function certificatesOf(pem: string): string[] {
  return (pem.match(PEM_CERTIFICATE) ?? []).map((certificate) => certificate.replace(/\r/g, ''));
}

/** One bundle of all parts, each certificate once; comments and anything but certificates (keys!) fall out. */
export function caBundle({ systemRoots, corporate = [], ca }: CaBundleParts): string {
  const certificates = [systemRoots, ...corporate, ca].flatMap(certificatesOf);
  return [...new Set(certificates)].map((certificate) => `${certificate}\n`).join('');
}

/**
 * The environment by which programs in the jail find the bundle, and Java its trust store (each Java program then says
 * so in a line on its standard error).
 */
export function caEnvironment(
  bundlePath: string,
  javaTrustStorePath: string,
): Record<string, string> {
  return {
    ...Object.fromEntries(CA_BUNDLE_VARIABLES.map((name) => [name, bundlePath])),
    JAVA_TOOL_OPTIONS: `-Djavax.net.ssl.trustStore=${javaTrustStorePath}`,
  };
}

/** Reads the first system bundle that exists; empty when the image has none. */
export async function loadSystemRoots(
  paths: readonly string[] = SYSTEM_BUNDLE_PATHS,
): Promise<string> {
  for (const path of paths) {
    const text = await readFile(path, 'utf8').catch(() => '');
    if (certificatesOf(text).length > 0) return text;
  }
  return '';
}

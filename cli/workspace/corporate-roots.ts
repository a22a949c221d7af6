import { readFileSync } from 'node:fs';
import type { CliIo } from '../io';

/** Variables by which an image names the company's bundle of trusted roots. */
const BUNDLE_VARIABLES = [
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'CURL_CA_BUNDLE',
  'REQUESTS_CA_BUNDLE',
];

/** The bundles the environment names, PEM. A file that cannot be read trusts nobody, as in the programs that use it. */
export function corporateRoots(environment: CliIo['environment']): readonly string[] {
  const files = BUNDLE_VARIABLES.flatMap((name) => environment[name] ?? []);
  return [...new Set(files)].flatMap((file) => {
    try {
      return [readFileSync(file, 'utf8')];
    } catch {
      return [];
    }
  });
}

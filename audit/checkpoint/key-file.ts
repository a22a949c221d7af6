import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { AigovError } from '../../policy';
import { verifierKey } from './note';

/** Where a ledger keeps its keys: the private one 0600, the public one to be copied to where checkpoints are checked. */
export function keyPaths(ledgerPath: string): {
  readonly privateKey: string;
  readonly publicKey: string;
} {
  return { privateKey: `${ledgerPath}-checkpoint.key`, publicKey: `${ledgerPath}-checkpoint.pub` };
}

/**
 * The ledger's signing key, made on first use. The public one is written beside it each time.
 *
 * @throws AigovError CHECKPOINT_KEY_UNREADABLE
 */
export function loadSigningKey(ledgerPath: string, origin: string): KeyObject {
  const paths = keyPaths(ledgerPath);
  const key = readKey(paths.privateKey) ?? createKey(paths.privateKey);
  writeFileSync(paths.publicKey, `${verifierKey(origin, key)}\n`, { mode: 0o644 });
  return key;
}

/** The public key beside a ledger, if it is there. */
export function readPublicKey(ledgerPath: string): string | undefined {
  try {
    return readFileSync(keyPaths(ledgerPath).publicKey, 'utf8').trim();
  } catch {
    return undefined;
  }
}

function readKey(path: string): KeyObject | undefined {
  try {
    return createPrivateKey(readFileSync(path, 'utf8'));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new AigovError(
      'CHECKPOINT_KEY_UNREADABLE',
      `${path}: is no readable Ed25519 private key`,
      {
        remedy: 'Restore the file from a backup; removing it starts a new key.',
        at: path,
        cause,
      },
    );
  }
}

function createKey(path: string): KeyObject {
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' });
  writeFileSync(path, pem, { mode: 0o600, flag: 'wx', flush: true });
  return privateKey;
}

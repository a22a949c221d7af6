import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { ServerConfig } from './config';

/**
 * What `aigov server` runs without a configuration file: loopback, SQLite under `dataDir`, and one admin token made
 * for this run. Nothing is proxied, because no provider is known.
 */
export function embeddedConfig(dataDir: string): { config: ServerConfig; adminToken: string } {
  const adminToken = `aigov_${randomBytes(24).toString('base64url')}`;
  const config: ServerConfig = {
    listen: { host: '127.0.0.1', port: 4100 },
    databasePath: join(dataDir, 'aigov.db'),
    tokens: [{ user: 'admin', role: 'admin', token: adminToken }],
    providers: [],
    policies: [],
  };
  return { config, adminToken };
}

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPostgres, type Postgres, type PostgresAddress } from '../../audit';

/** Where Debian keeps the programs of a server, beside PATH. */
function findPrograms(): string | undefined {
  const versions = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql') : [];
  const newestFirst = versions.sort((one, other) => Number(other) - Number(one));
  const places = [
    ...(process.env['PATH'] ?? '').split(':'),
    ...newestFirst.map((version) => `/usr/lib/postgresql/${version}/bin`),
  ];
  return places.find((place) => existsSync(join(place, 'initdb')));
}

const programs = findPrograms();

/** Tests that need PostgreSQL; skipped by name where it is not installed. */
export const describeWithPostgres =
  programs === undefined
    ? (name: string, work: () => void) =>
        describe.skip(`${name} (PostgreSQL is not installed)`, work)
    : describe;

/** `nobody` on every Linux: PostgreSQL refuses to run as root. */
const NOBODY = 65_534;
const owner = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};

/** A PostgreSQL server of this test's own, on a unix socket in a scratch directory. */
export class Cluster {
  readonly #directory: string;
  #server: ChildProcess | undefined;
  #databases = 0;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  static async start(): Promise<Cluster> {
    const directory = mkdtempSync(join(tmpdir(), 'aigov-pg-'));
    mkdirSync(join(directory, 'socket'));
    for (const path of [directory, join(directory, 'socket')])
      if ('uid' in owner) chownSync(path, NOBODY, NOBODY);
    const made = spawnSync(
      join(programs ?? '', 'initdb'),
      ['-D', join(directory, 'data'), '-U', 'aigov', '-A', 'trust', '-E', 'UTF8', '-N'],
      { ...owner, cwd: directory, encoding: 'utf8', env: { LC_ALL: 'C' } },
    );
    if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`);
    const cluster = new Cluster(directory);
    await cluster.up();
    return cluster;
  }

  /** Starts the server again after `down`. Resolves once it answers. */
  async up(): Promise<void> {
    const data = join(this.#directory, 'data');
    const settings = ['listen_addresses=', 'max_connections=200', 'fsync=off'];
    const server = spawn(
      join(programs ?? '', 'postgres'),
      ['-D', data, '-k', join(this.#directory, 'socket'), ...settings.flatMap((s) => ['-c', s])],
      { ...owner, cwd: this.#directory, stdio: ['ignore', 'ignore', 'pipe'], env: { LC_ALL: 'C' } },
    );
    this.#server = server;
    let log = '';
    await new Promise<void>((resolve, reject) => {
      server.stderr?.on('data', (chunk: Buffer) => {
        log += String(chunk);
        if (log.includes('is ready to accept connections')) resolve();
      });
      server.once('exit', () => reject(new Error(`postgres: ${log}`)));
    });
  }

  /** Ends the server as a crash would. */
  async down(): Promise<void> {
    const server = this.#server;
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const gone = once(server, 'exit');
    server.kill('SIGQUIT');
    await gone;
  }

  /** An empty database. */
  async createDatabase(): Promise<PostgresAddress> {
    const database = `test_${(this.#databases += 1)}`;
    const admin = await openPostgres(this.#address('postgres'));
    await admin.query(`CREATE DATABASE ${database}`);
    await admin.close();
    return this.#address(database);
  }

  /** The same as a configuration has it. */
  urlOf({ database }: PostgresAddress): string {
    return `postgres://aigov@localhost/${database}?host=${encodeURIComponent(join(this.#directory, 'socket'))}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.down();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #address(database: string): PostgresAddress {
    const host = join(this.#directory, 'socket');
    return { host, port: 5432, user: 'aigov', database, tls: 'disable' };
  }
}

/** A database with a connection, closed with the scope. */
export async function openScratch(
  cluster: Cluster,
): Promise<Postgres & AsyncDisposable & { readonly address: PostgresAddress }> {
  const address = await cluster.createDatabase();
  const postgres = await openPostgres(address);
  return Object.assign(postgres, { address, [Symbol.asyncDispose]: () => postgres.close() });
}

import { AigovError } from '../../policy';
import type { Postgres, Sql } from './connection';

/** Steps that bring one component's tables from each version to the next; the first makes version 1. Never changed once released. */
export interface Migrations {
  readonly component: string;
  readonly steps: readonly string[];
}

/** Any number, the same for every server: who holds it migrates. */
const MIGRATION_LOCK = 4_180_001;

/**
 * Brings tables to the version this program knows, one server at a time; the others wait and find it done.
 *
 * @throws AigovError DATABASE_VERSION_UNKNOWN, where a newer program has been here already
 */
export async function migrate(postgres: Postgres, migrations: Migrations): Promise<void> {
  const { component, steps } = migrations;
  if ((await versionOf(postgres, component)) === steps.length) return;
  await postgres.transaction(async (sql) => {
    await sql.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    await sql.query(
      'CREATE TABLE IF NOT EXISTS aigov_schema (component text PRIMARY KEY, version integer NOT NULL)',
    );
    const version = (await versionOf(sql, component)) ?? 0;
    if (version > steps.length) throw newer(postgres, migrations, version);
    for (const step of steps.slice(version)) await sql.query(step);
    await sql.query(
      `INSERT INTO aigov_schema VALUES ($1, $2)
       ON CONFLICT (component) DO UPDATE SET version = excluded.version`,
      [component, steps.length],
    );
  });
}

/**
 * For readers, which change nothing.
 *
 * @throws AigovError DATABASE_VERSION_UNKNOWN
 */
export async function requireVersion(postgres: Postgres, migrations: Migrations): Promise<void> {
  const version = await versionOf(postgres, migrations.component);
  if (version !== migrations.steps.length) throw newer(postgres, migrations, version ?? 0);
}

/** Undefined: no server has been here. */
async function versionOf(sql: Sql, component: string): Promise<number | undefined> {
  const [known] = await sql.query("SELECT to_regclass('aigov_schema') IS NOT NULL AS is_there");
  if (known?.['is_there'] !== true) return undefined;
  const rows = await sql.query('SELECT version FROM aigov_schema WHERE component = $1', [
    component,
  ]);
  return rows[0]?.['version'] as number | undefined;
}

function newer({ name }: Postgres, { component, steps }: Migrations, version: number): AigovError {
  return new AigovError(
    'DATABASE_VERSION_UNKNOWN',
    `${name}: the tables of ${component} have version ${version}, this program knows ${steps.length}`,
    { at: name, remedy: 'Use the aigov version that wrote them, or a newer one.' },
  );
}

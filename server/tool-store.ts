import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { KnownTool, ToolStore } from '../gateway';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS tool (
    server TEXT NOT NULL, name TEXT NOT NULL, approved TEXT, seen TEXT NOT NULL,
    definition TEXT NOT NULL, seen_at TEXT NOT NULL, approved_by TEXT,
    PRIMARY KEY (server, name)
  ) WITHOUT ROWID;
`;

/** Most tools kept of one server: a server that makes up names must not fill the disk. */
export const MAX_TOOLS_OF_SERVER = 2000;

/** A tool as an administrator sees it. */
export interface ListedTool extends KnownTool {
  readonly server: string;
  readonly tool: string;
  /** The definition seen last, as the server wrote it. Hostile text. */
  readonly definition: string;
  /** RFC 3339. */
  readonly seenAt: string;
  /** Who approved it; `first sight` when nobody did. */
  readonly approvedBy?: string;
}

/** Definitions of MCP tools, seen and approved, in SQLite. Several server processes may share the file. */
export class SqliteToolStore implements ToolStore {
  readonly #database: DatabaseSync;
  readonly #clock: () => number;
  /** What is asked for at every call. */
  readonly #cache = new Map<string, KnownTool | undefined>();
  #cachedVersion = -1;

  constructor(path: string, clock: () => number = Date.now) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    this.#database = new DatabaseSync(path);
    this.#database.exec(
      'PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;',
    );
    this.#database.exec(SCHEMA);
    this.#clock = clock;
  }

  find(server: string, tool: string): KnownTool | undefined {
    this.#forgetOthersChanges();
    const key = `${server}\n${tool}`;
    if (this.#cache.has(key)) return this.#cache.get(key);
    const row = this.#database
      .prepare('SELECT approved, seen FROM tool WHERE server = ? AND name = ?')
      .get(server, tool);
    const known = row === undefined ? undefined : knownTool(row);
    this.#cache.set(key, known);
    return known;
  }

  note(
    server: string,
    tool: string,
    { sha256, text }: { sha256: string; text: string },
    isApproved: boolean,
  ): void {
    if (this.find(server, tool) === undefined && this.#count(server) >= MAX_TOOLS_OF_SERVER) return;
    const approved = isApproved ? sha256 : null;
    const by = isApproved ? 'first sight' : null;
    this.#database
      .prepare(
        `INSERT INTO tool VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (server, name) DO UPDATE SET seen = excluded.seen, definition = excluded.definition,
           seen_at = excluded.seen_at, approved = coalesce(tool.approved, excluded.approved),
           approved_by = coalesce(tool.approved_by, excluded.approved_by)`,
      )
      .run(server, tool, approved, sha256, text, new Date(this.#clock()).toISOString(), by);
    this.#cache.clear();
  }

  /** Approves the definition seen last. False when that is another one by now, or there is no such tool. */
  approve(server: string, tool: string, sha256: string, user: string): boolean {
    const { changes } = this.#database
      .prepare(
        'UPDATE tool SET approved = seen, approved_by = ? WHERE server = ? AND name = ? AND seen = ?',
      )
      .run(user, server, tool, sha256);
    this.#cache.clear();
    return Number(changes) === 1;
  }

  /** All tools ever seen, by server and name. */
  list(): readonly ListedTool[] {
    const rows = this.#database.prepare('SELECT * FROM tool ORDER BY server, name').all();
    return rows.map((row) => ({
      ...knownTool(row),
      server: String(row['server']),
      tool: String(row['name']),
      definition: String(row['definition']),
      seenAt: String(row['seen_at']),
      ...(typeof row['approved_by'] === 'string' ? { approvedBy: row['approved_by'] } : {}),
    }));
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  /** SQLite counts what other connections commit. */
  #forgetOthersChanges(): void {
    const row = this.#database.prepare('PRAGMA data_version').get();
    const version = Number(row?.['data_version']);
    if (version !== this.#cachedVersion) this.#cache.clear();
    this.#cachedVersion = version;
  }

  #count(server: string): number {
    const row = this.#database
      .prepare('SELECT count(*) AS tools FROM tool WHERE server = ?')
      .get(server);
    return Number(row?.['tools']);
  }
}

function knownTool(row: Record<string, unknown>): KnownTool {
  const { approved, seen } = row;
  return {
    seenSha256: String(seen),
    ...(typeof approved === 'string' ? { approvedSha256: approved } : {}),
  };
}

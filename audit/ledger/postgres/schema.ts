import type { Migrations } from '../../postgres/migrate';

/**
 * As SQLite's tables (sqlite/database.ts), for many writers. Columns that may hold a stranger's text are written with
 * `toColumn`: PostgreSQL has no character 0.
 *
 * INVARIANT: whoever appends locks its chain, then the one row of `ledger`, so that entries have no gaps. It is one
 * round trip: the leaf hashes, which need the entry's number, are made here (`leafOf` makes the same ones).
 */
const VERSION_1 = `
CREATE TABLE ledger (id uuid NOT NULL, size bigint NOT NULL, public_key text);
INSERT INTO ledger VALUES (gen_random_uuid(), 0);
CREATE TABLE chain (
  key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  uid text NOT NULL UNIQUE,
  reporter text,
  start_seq bigint NOT NULL,
  start_prev text NOT NULL,
  head_seq bigint NOT NULL,
  head_hash text NOT NULL
);
CREATE TABLE record (
  entry bigint PRIMARY KEY,
  chain bigint NOT NULL,
  seq bigint NOT NULL,
  id text NOT NULL,
  kind text NOT NULL,
  phase text NOT NULL,
  time_ms bigint NOT NULL,
  "user" text,
  workspace_id text,
  session_id text,
  client text,
  provider text,
  model text,
  received_ms bigint NOT NULL,
  leaf bytea NOT NULL,
  body text NOT NULL
);
CREATE UNIQUE INDEX record_by_chain ON record (chain, seq);
CREATE INDEX record_by_id ON record (id);
CREATE INDEX record_by_time ON record (time_ms, entry) WHERE phase <> 'close';
CREATE INDEX record_by_kind ON record (kind, time_ms, entry) WHERE phase <> 'close';
CREATE INDEX record_by_user ON record ("user", time_ms, entry) WHERE "user" IS NOT NULL AND phase <> 'close';
CREATE INDEX record_by_workspace ON record (workspace_id, time_ms, entry)
  WHERE workspace_id IS NOT NULL AND phase <> 'close';
CREATE INDEX record_by_session ON record (session_id, time_ms, entry)
  WHERE session_id IS NOT NULL AND phase <> 'close';
CREATE TABLE workspace_name (name text, workspace_id text, PRIMARY KEY (name, workspace_id));
CREATE TABLE still_open (chain bigint, id text, entry bigint NOT NULL, PRIMARY KEY (chain, id));
CREATE TABLE content (entry bigint NOT NULL, sha256 text NOT NULL, text text, absence text);
CREATE INDEX content_by_entry ON content (entry);
CREATE TABLE checkpoint (size bigint PRIMARY KEY, note text NOT NULL, frontier bytea NOT NULL);

-- Gives the ledger's new size; null when the chain does not end where the batch begins.
CREATE FUNCTION ledger_append(
  in_uid text, in_reporter text, in_seq bigint, in_hash text, in_received_ms bigint,
  in_rows json, in_contents json, in_names json, in_opened json, in_closed text[]
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  chain_key bigint;
  at_seq bigint;
  at_hash text;
  before bigint;
  added bigint := json_array_length(in_rows);
BEGIN
  SELECT key, head_seq, head_hash INTO chain_key, at_seq, at_hash FROM chain WHERE uid = in_uid FOR UPDATE;
  IF NOT FOUND THEN
    INSERT INTO chain (uid, reporter, start_seq, start_prev, head_seq, head_hash)
      VALUES (in_uid, in_reporter, in_seq + 1, in_hash, in_seq, in_hash)
      ON CONFLICT DO NOTHING RETURNING key INTO chain_key;
    IF chain_key IS NULL THEN RETURN NULL; END IF;
  ELSIF at_seq <> in_seq OR at_hash <> in_hash THEN
    RETURN NULL;
  END IF;
  UPDATE ledger SET size = size + added RETURNING size - added INTO before;
  INSERT INTO record
    SELECT before + n, chain_key, seq, id, kind, phase, time_ms, "user", workspace_id, session_id, client, provider,
      model, in_received_ms, sha256('\\x00'::bytea || convert_to(
        '{"entry":' || before + n || ',"hash":"' || hash || '","receivedMs":' || in_received_ms
        || ',"reporter":' || coalesce(in_reporter, 'null') || '}', 'UTF8')), body
    FROM json_to_recordset(in_rows) AS r (
      n bigint, seq bigint, id text, kind text, phase text, time_ms bigint, "user" text, workspace_id text,
      session_id text, client text, provider text, model text, hash text, body text
    );
  INSERT INTO content SELECT before + n, sha256, text, absence
    FROM json_to_recordset(in_contents) AS c (n bigint, sha256 text, text text, absence text);
  INSERT INTO workspace_name SELECT DISTINCT name, workspace_id
    FROM json_to_recordset(in_names) AS w (name text, workspace_id text) ORDER BY 1, 2 ON CONFLICT DO NOTHING;
  DELETE FROM still_open WHERE chain = chain_key AND id = ANY (in_closed);
  INSERT INTO still_open SELECT chain_key, id, before + n
    FROM json_to_recordset(in_opened) AS o (id text, n bigint)
    ON CONFLICT (chain, id) DO UPDATE SET entry = excluded.entry;
  UPDATE chain SET head_seq = last.seq, head_hash = last.hash
    FROM (SELECT seq, hash FROM json_to_recordset(in_rows) AS r (seq bigint, hash text) ORDER BY seq DESC LIMIT 1) last
    WHERE key = chain_key;
  RETURN before + added;
END $$;
`;

export const LEDGER_MIGRATIONS: Migrations = { component: 'ledger', steps: [VERSION_1] };

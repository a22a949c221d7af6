import type { Migrations } from '../../audit';

/**
 * What replicas share besides records. Functions, so that each decision is one round trip and its locks are held no
 * longer.
 *
 * INVARIANT: an account is read and charged under its lock, in the order of names, by whichever replica: no two can
 * decide on the same rest, and none can wait for each other.
 */
const VERSION_1 = `
CREATE TABLE replica (id uuid PRIMARY KEY, beat bigint NOT NULL);

CREATE TABLE budget_account (account text PRIMARY KEY, spent_micro_usd bigint NOT NULL);
CREATE TABLE budget_reservation (
  id uuid NOT NULL,
  account text NOT NULL,
  micro_usd bigint NOT NULL,
  replica uuid NOT NULL,
  -- Its replica died. It counts no more, but whoever wakes up after all can still settle it, once.
  expired_at timestamptz,
  PRIMARY KEY (id, account)
);
CREATE INDEX budget_reservation_held ON budget_reservation (account) INCLUDE (micro_usd)
  WHERE expired_at IS NULL;
CREATE INDEX budget_reservation_of ON budget_reservation (replica) WHERE expired_at IS NULL;

CREATE FUNCTION budget_reserve(
  in_replica uuid, in_id uuid, in_accounts text[], in_limits bigint[], in_blocks boolean[], in_micro_usd bigint
) RETURNS TABLE (kind text, refused_account text, remaining_micro_usd bigint, exceeded text[])
LANGUAGE plpgsql AS $$
DECLARE
  remaining bigint;
  reserved bigint;
  verdict text;
  over text[] := '{}';
BEGIN
  INSERT INTO budget_account SELECT DISTINCT a, 0 FROM unnest(in_accounts) a ORDER BY a
    ON CONFLICT DO NOTHING;
  PERFORM 1 FROM budget_account WHERE account = ANY (in_accounts) ORDER BY account FOR UPDATE;
  FOR i IN 1 .. cardinality(in_accounts) LOOP
    SELECT in_limits[i] - spent_micro_usd, (
      SELECT coalesce(sum(r.micro_usd), 0) FROM budget_reservation r
      WHERE r.account = a.account AND r.expired_at IS NULL
    ) INTO remaining, reserved FROM budget_account a WHERE a.account = in_accounts[i];
    verdict := CASE
      WHEN in_micro_usd > remaining THEN 'exceeded'
      WHEN in_micro_usd + reserved > remaining THEN 'reserved_by_others'
    END;
    IF verdict IS NULL THEN CONTINUE; END IF;
    IF in_blocks[i] THEN
      RETURN QUERY SELECT verdict, in_accounts[i], remaining, over;
      RETURN;
    END IF;
    over := over || in_accounts[i];
  END LOOP;
  INSERT INTO budget_reservation
    SELECT DISTINCT in_id, a, in_micro_usd, in_replica FROM unnest(in_accounts) a;
  RETURN QUERY SELECT 'reserved', NULL::text, NULL::bigint, over;
END $$;

CREATE UNLOGGED TABLE rate_second (
  account text NOT NULL, second bigint NOT NULL, requests bigint NOT NULL, tokens bigint NOT NULL,
  PRIMARY KEY (account, second)
);
CREATE UNLOGGED TABLE rate_lease (
  id uuid NOT NULL, account text NOT NULL, tokens bigint NOT NULL, replica uuid NOT NULL,
  PRIMARY KEY (account, id)
);
CREATE INDEX rate_lease_id ON rate_lease (id);

CREATE FUNCTION rate_now() RETURNS bigint LANGUAGE sql VOLATILE AS $$
  SELECT floor(extract(epoch FROM clock_timestamp()))::bigint
$$;

-- Seconds until at least an amount of what an account used is forgotten; a window is 60 whole seconds and this one.
CREATE FUNCTION rate_wait(in_account text, in_now bigint, in_requests bigint, in_tokens bigint)
RETURNS integer LANGUAGE sql STABLE AS $$
  SELECT coalesce(min(second) + 61 - in_now, 60)::integer FROM (
    SELECT second, sum(requests) OVER past AS requests, sum(tokens) OVER past AS tokens,
      sum(tokens) OVER () AS all_tokens
    FROM rate_second WHERE account = in_account AND second BETWEEN in_now - 60 AND in_now
    WINDOW past AS (ORDER BY second)
  ) forgotten WHERE requests >= in_requests AND tokens >= least(in_tokens, all_tokens)
$$;

CREATE FUNCTION rate_permit(
  in_replica uuid, in_id uuid, in_accounts text[], in_requests bigint[], in_tokens bigint[], in_concurrent bigint[],
  in_estimate bigint
) RETURNS TABLE (limited_account text, measure text, wait_seconds integer)
LANGUAGE plpgsql AS $$
DECLARE
  now_second bigint;
  used_requests bigint;
  used_tokens bigint;
  running bigint;
  held bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(4180002, h) FROM (
    SELECT DISTINCT hashtext(a) h FROM unnest(in_accounts) a ORDER BY 1
  ) locks;
  now_second := rate_now();
  FOR i IN 1 .. cardinality(in_accounts) LOOP
    SELECT coalesce(sum(requests), 0), coalesce(sum(tokens), 0) INTO used_requests, used_tokens
      FROM rate_second WHERE account = in_accounts[i] AND second BETWEEN now_second - 60 AND now_second;
    SELECT count(*), coalesce(sum(tokens), 0) INTO running, held
      FROM rate_lease WHERE account = in_accounts[i];
    used_tokens := used_tokens + held;
    IF running >= in_concurrent[i] THEN
      RETURN QUERY SELECT in_accounts[i], 'concurrent', NULL::integer;
      RETURN;
    ELSIF used_requests >= in_requests[i] THEN
      RETURN QUERY SELECT in_accounts[i], 'requestsPerMinute',
        rate_wait(in_accounts[i], now_second, used_requests + 1 - in_requests[i], 0);
      RETURN;
    ELSIF in_tokens[i] = 0 OR (used_tokens > 0 AND used_tokens + in_estimate > in_tokens[i]) THEN
      RETURN QUERY SELECT in_accounts[i], 'tokensPerMinute',
        rate_wait(in_accounts[i], now_second, 0, used_tokens + in_estimate - in_tokens[i]);
      RETURN;
    END IF;
  END LOOP;
  DELETE FROM rate_second WHERE account = ANY (in_accounts) AND second NOT BETWEEN now_second - 60 AND now_second;
  INSERT INTO rate_second SELECT DISTINCT a, now_second, 1, 0 FROM unnest(in_accounts) a ORDER BY a
    ON CONFLICT (account, second) DO UPDATE SET requests = rate_second.requests + 1;
  INSERT INTO rate_lease SELECT DISTINCT in_id, a, in_estimate, in_replica FROM unnest(in_accounts) a;
END $$;

CREATE UNLOGGED TABLE key_cooldown (id text PRIMARY KEY, rests_until timestamptz NOT NULL);
`;

export const STATE_MIGRATIONS: Migrations = { component: 'state', steps: [VERSION_1] };

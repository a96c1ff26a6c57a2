-- The fence is a statement of its own: what is read behind it has a snapshot that holds what its
-- last holder committed. A commit that a crash of the server can take back is none.
BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
SET LOCAL lock_timeout = {lock_ms};
SET LOCAL statement_timeout = {statement_ms};
SET LOCAL idle_in_transaction_session_timeout = {idle_ms};
SELECT set_config('synchronous_commit', 'on', true)
WHERE current_setting('synchronous_commit') = 'off';
SELECT pg_advisory_xact_lock({fence})

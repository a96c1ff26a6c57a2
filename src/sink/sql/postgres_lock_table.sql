-- Whoever wants to change its columns waits until we are done.
LOCK TABLE "{schema}"."{table}" IN ROW EXCLUSIVE MODE

SELECT key FROM bucket WHERE key > ?1 ORDER BY key LIMIT 1

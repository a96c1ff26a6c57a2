INSERT INTO bucket (key, state, idle_ns) VALUES (?1, ?2, ?3)
ON CONFLICT (key) DO UPDATE SET state = excluded.state, idle_ns = excluded.idle_ns

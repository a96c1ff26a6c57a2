SELECT state, idle_ns FROM bucket WHERE key = ?1

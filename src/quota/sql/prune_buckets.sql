DELETE FROM bucket WHERE idle_ns < ?1

SELECT idx, entry FROM audit_event ORDER BY idx

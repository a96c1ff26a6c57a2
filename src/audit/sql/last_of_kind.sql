SELECT entry FROM audit_event WHERE json_extract(entry, '$.kind') = ?1 ORDER BY idx DESC LIMIT 1

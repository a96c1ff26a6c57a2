SELECT hash FROM audit_node WHERE level = ?1 AND idx = ?2

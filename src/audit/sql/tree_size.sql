SELECT coalesce(max(idx) + 1, 0) FROM audit_node WHERE level = 0

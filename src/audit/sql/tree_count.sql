SELECT count(*) FROM audit_node

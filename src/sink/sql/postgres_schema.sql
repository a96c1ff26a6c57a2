SELECT has_schema_privilege(oid, 'CREATE'), has_schema_privilege(oid, 'USAGE')
FROM pg_namespace
WHERE nspname = $1

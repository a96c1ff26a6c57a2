"{name}" = excluded."{name}"

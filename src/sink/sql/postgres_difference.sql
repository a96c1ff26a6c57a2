old."{name}" IS DISTINCT FROM fresh."{name}"

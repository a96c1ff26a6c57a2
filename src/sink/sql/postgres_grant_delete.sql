GRANT DELETE ON "{schema}"."{table}" TO extract_loader;

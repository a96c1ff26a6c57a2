GRANT SELECT, INSERT, UPDATE ON "{schema}"."{table}", "{schema}".extract_table TO extract_loader;
GRANT SELECT, INSERT ON "{schema}".extract_ledger TO extract_loader;
GRANT SELECT ON "{schema}"."{table}" TO extract_reader;
COMMIT;

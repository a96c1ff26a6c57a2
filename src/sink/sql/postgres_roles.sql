-- For review. Run it as the owner of the database (or of the schema), then make somebody a member:
--     GRANT extract_loader TO whoever loads;
--     GRANT extract_reader TO whoever reads;
-- Run again, it stops at a table that is there already: `extract plan` tells what one lacks.
BEGIN;
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'extract_loader') THEN
        CREATE ROLE extract_loader NOLOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'extract_reader') THEN
        CREATE ROLE extract_reader NOLOGIN;
    END IF;
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO extract_loader', current_database());
END
$$;
CREATE SCHEMA IF NOT EXISTS "{schema}";
GRANT USAGE ON SCHEMA "{schema}" TO extract_loader, extract_reader;

COPY pg_temp.extract_stage (extract_ordinal, {columns}) FROM STDIN (FORMAT binary)

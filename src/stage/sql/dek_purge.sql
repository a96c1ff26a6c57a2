DELETE FROM dek
WHERE NOT EXISTS (SELECT 1 FROM segment WHERE segment.dek_id = dek.id)
  AND NOT EXISTS (SELECT 1 FROM quarantine WHERE quarantine.dek_id = dek.id)

UPDATE dek
SET wrapped = ?2
WHERE id = ?1

SELECT 1
FROM content
WHERE stream = ?1 AND account = ?2 AND slice = ?3 AND page = ?4 AND part = ?5
    AND digest = ?6 AND schema_digest = ?7 AND policy_digest = ?8

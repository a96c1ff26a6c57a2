SELECT digest
FROM restated
WHERE stream = ?1 AND account = ?2 AND slice = ?3 AND schema_digest = ?4 AND policy_digest = ?5

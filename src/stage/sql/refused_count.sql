SELECT count(*)
FROM refused
WHERE sink = ?1 AND stream = ?2 AND seq BETWEEN ?3 AND ?4

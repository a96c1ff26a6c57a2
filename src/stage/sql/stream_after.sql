-- Streams that lost their row of counters are streams, too: whoever looks is to see them.
SELECT names.name, coalesce(stream.last_seq, 0), coalesce(stream.purged_seq, 0),
       coalesce(stream.last_quarantine, 0), coalesce(stream.purged_quarantine, 0)
FROM (
    SELECT min(name) AS name
    FROM (
        SELECT min(name) AS name FROM stream WHERE name > ?1
        UNION ALL
        SELECT min(stream) FROM segment WHERE stream > ?1
        UNION ALL
        SELECT min(stream) FROM quarantine WHERE stream > ?1
    )
) AS names
LEFT JOIN stream ON stream.name = names.name
WHERE names.name IS NOT NULL

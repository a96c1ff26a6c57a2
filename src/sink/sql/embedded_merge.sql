-- A row that is there already and the same is left alone: no write, no journal.
INSERT INTO "{table}" ({columns})
VALUES ({values})
ON CONFLICT ({key}) DO UPDATE SET
    {assignments}
WHERE {differences}

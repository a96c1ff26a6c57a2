SELECT uuid, source, created
FROM stage

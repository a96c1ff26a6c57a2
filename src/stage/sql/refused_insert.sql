INSERT INTO refused (sink, stream, seq, record, number)
VALUES (?1, ?2, ?3, ?4, ?5)

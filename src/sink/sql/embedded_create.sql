-- {columns}: one line each, the primary key last.
CREATE TABLE "{table}" (
    {columns}
)

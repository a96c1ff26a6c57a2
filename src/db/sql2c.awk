# SPDX-License-Identifier: Apache-2.0
#
# Makes C string constants of SQL files, one per file:
#
#     awk -v folder=stage -f src/db/sql2c.awk src/stage/sql/*.sql > stage_sql.h
#
# src/stage/sql/append_segment.sql becomes `stage_sql_append_segment`. Lines that are comments
# (`--` first) and blank lines are left out; everything else arrives byte for byte.

BEGIN {
    if (folder !~ /^[a-z][a-z0-9_]*$/)
        fail("set the folder: -v folder=stage")
    guard = toupper(folder) "_SQL_H"
    print "/* Made by sql2c.awk from src/" folder "/sql: change the .sql files instead. */"
    print "#ifndef " guard
    print "#define " guard
}

FNR == 1 {
    finish()
    name = FILENAME
    sub(/^.*\//, "", name)
    if (name !~ /^[a-z][a-z0-9_]*\.sql$/)
        fail(FILENAME ": not a name of the form [a-z][a-z0-9_]*.sql")
    sub(/\.sql$/, "", name)
}

/^[ \t]*(--.*)?$/ {
    next
}

{
    text = $0
    gsub(/\\/, "\\\\", text)
    gsub(/"/, "\\\"", text)
    gsub(/\t/, "\\t", text)
    if (text ~ /[\001-\037\177]/)
        fail(FILENAME ":" FNR ": a control character")
    lines[++count] = text
}

END {
    if (failed)
        exit 1
    finish()
    print ""
    print "#endif"
}

# Writes the file that was read; the newline of its last line is not part of the text.
function finish(    i)
{
    if (name == "")
        return
    if (count == 0)
        fail(name ".sql: no statement in it")
    print ""
    print "__attribute__((unused)) static const char " folder "_sql_" name "[] ="
    for (i = 1; i <= count; i++)
        print "    \"" lines[i] (i < count ? "\\n\"" : "\";")
    count = 0
}

function fail(why)
{
    print "sql2c: " why > "/dev/stderr"
    failed = 1
    exit 1
}

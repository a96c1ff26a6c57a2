# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += src/db/libdb.a
src_db_libdb_a_SOURCES = \
    src/db/libpq.c src/db/libpq.h \
    src/db/pg.c src/db/pg.h \
    src/db/pgconnect.c \
    src/db/sqlite.c src/db/sqlite.h \
    src/db/sqlstate.c src/db/sqlstate.h

BUILT_SOURCES += src/db/db_sql.h
CLEANFILES += src/db/db_sql.h
src/db/db_sql.h: src/db/sql2c.awk $(wildcard $(srcdir)/src/db/sql/*.sql)
	$(sql2c)
$(src_db_libdb_a_OBJECTS): src/db/db_sql.h

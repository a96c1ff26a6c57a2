/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A schema in a PostgreSQL database, where the tables of streams are: what pgtable, pgledger and
 * pgload share. Statements come from templates (sink/dialect.h), always with {schema} and, for
 * a stream, {table} filled in.
 */
#ifndef SINK_PGTARGET_H
#define SINK_PGTARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "db/pg.h"
#include "sink/dialect.h"
#include "sink/driver.h"

struct pgtarget {
    struct pg *db; /* NULL: for scripts */
    struct dialect dialect;
    const char *schema; /* an identifier */
    int64_t wait_ns;
    bool has_ledger; /* seen once, it stays */
};

/* The constants of PostgreSQL, for tables in this schema. */
struct dialect pgtarget_dialect(const char *schema);

bool pgtarget_render(const struct pgtarget *t, const char *template, const char *table,
                     struct buffer *ret_sql, struct error *err);

/* A statement or script of ours. What it is refused for is nobody's data: ERROR_SINK. */
bool pgtarget_script(const struct pgtarget *t, const char *template, const char *table,
                     struct error *err);
bool pgtarget_query(const struct pgtarget *t, const char *template, const char *const *values,
                    size_t count, struct pg_rows **ret_rows, struct error *err);
bool pgtarget_run(const struct pgtarget *t, const char *template, const char *const *values,
                  size_t count, struct error *err);

/* Begins a transaction and takes the fence of a table, or, for "", of everything that is made
 * in this schema. ERROR_BUSY after wait_ns. A failure leaves no transaction. */
bool pgtarget_begin(const struct pgtarget *t, const char *table, struct error *err);

/* Anything in the schema under this name. */
struct pgtarget_table {
    bool found;
    char kind; /* pg_class.relkind */
    char owner[SQLSTATE_NAME_SIZE];
    bool owned; /* by us, or by a role that we are a member of */
    bool granted; /* we may read, insert and update … */
    bool deletable; /* … and delete */
};
bool pgtarget_table(const struct pgtarget *t, const char *table,
                    struct pgtarget_table *ret_table, struct error *err);

/* Whether there is a ledger. */
bool pgtarget_ledger(struct pgtarget *t, bool *ret_there, struct error *err);

#endif

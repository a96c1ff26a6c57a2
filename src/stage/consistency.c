/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/consistency.h"

#include "stage/numbers.h"
#include "stage/row.h"
#include "stage/stage_sql.h"

/* What is said to be purged and is there would be passed over. */
static bool check_purged(struct store *s, const char *stream, struct error *err)
{
    struct numbers_step step;
    if (!numbers_next(s, stream, NUMBERS_SEGMENT, 0, &step, err))
        return false;
    step.missing_first = 0; /* what is missing is told where it would be delivered */
    return numbers_check(s, stream, NUMBERS_SEGMENT, &step, err);
}

/* A statement that answers account and slice of something that is not right, or nothing. */
static bool check_none(struct store *s, const char *sql, const char *stream, const char *what,
                       struct error *err)
{
    struct sqlite_statement *q = sqlite_statement(store_db(s), sql, err);
    char account[STORE_NAME_SIZE] = "?", slice[STORE_NAME_SIZE] = "?";
    bool found;
    if (!q)
        return false;
    sqlite_bind_cstring(q, 1, stream);
    if (!sqlite_step(q, &found, err))
        return false;
    if (found && row_text(q, 0, account, sizeof account))
        row_text(q, 1, slice, sizeof slice);
    sqlite_reset(q);
    return !found ||
           error_set(err, ERROR_STORE,
                     "%s: %s stream %s, account \"%s\", slice \"%s\" is damaged: "
                     "restore a backup, or begin a new stage and fetch its days again",
                     store_path(s), what, stream, account, slice);
}

static const char of_slice[] = "which segments are those of";

static bool check_rows(struct store *s, const char *stream, struct error *err)
{
    return check_none(s, stage_sql_generation_lost, stream, of_slice, err) &&
           check_none(s, stage_sql_refused_altered, stream, "which records are refused of",
                      err);
}

bool consistency_check(struct store *s, const char *stream, struct error *err)
{
    return check_purged(s, stream, err) && check_rows(s, stream, err);
}

bool consistency_inspect(struct store *s, const char *stream, struct error *err)
{
    return check_rows(s, stream, err) &&
           check_none(s, stage_sql_generation_miscounted, stream, of_slice, err);
}

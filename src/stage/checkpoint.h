/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the fetching of a slice resumes: written in the transaction of the page it stands
 * behind. One per stream, account and slice.
 */
#ifndef STAGE_CHECKPOINT_H
#define STAGE_CHECKPOINT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "crypto/digest.h"
#include "stage/store.h"

enum { CHECKPOINT_CURSOR_MAX = 16 * 1024, CHECKPOINT_MARK_SIZE = 128 };

enum checkpoint_state { CHECKPOINT_OPEN, CHECKPOINT_COMPLETE };

struct checkpoint {
    char stream[STORE_STREAM_SIZE];
    char account[STORE_NAME_SIZE]; /* "": none */
    char slice[STORE_NAME_SIZE];
    uint8_t request_digest[DIGEST_SIZE]; /* another one: the cursor means nothing any more */
    uint64_t pages; /* staged so far */
    uint64_t records;
    enum checkpoint_state state;
    int64_t updated_ns; /* set by checkpoint_put */
    char mark[CHECKPOINT_MARK_SIZE]; /* what this reading covers, and when it began */
    const char *cursor; /* of the next page, as the paginator wrote it; borrowed; NULL: "" */
};

/* "open", "complete" */
const char *checkpoint_state_name(enum checkpoint_state state);

/* Inside a transaction; replaces the one that is there. */
bool checkpoint_put(struct store *s, const struct checkpoint *c, struct error *err);
/* *ret_cursor: that of the checkpoint, which points there; the caller frees it. ret_cursor NULL: it
 * is not wanted, and the checkpoint has none. */
bool checkpoint_get(struct store *s, const char *stream, const char *account, const char *slice,
                    struct checkpoint *ret_checkpoint, char **ret_cursor, bool *ret_found,
                    struct error *err);
/* The next in order of stream, account, slice, without its cursor; after NULL: the first. `after`
 * may be the same struct as *ret_checkpoint. */
bool checkpoint_next(struct store *s, const struct checkpoint *after,
                     struct checkpoint *ret_checkpoint, bool *ret_found, struct error *err);

/* The next of the stream and account that is complete, behind the slice `after` ("": the first) and
 * before the slice `before`, without its cursor. `after` may be that of *ret_checkpoint. */
bool checkpoint_next_complete(struct store *s, const char *stream, const char *account,
                              const char *after, const char *before,
                              struct checkpoint *ret_checkpoint, bool *ret_found,
                              struct error *err);

/* An account, and when a slice of it was last read. */
typedef bool checkpoint_account(void *context, const char *account, int64_t updated_ns,
                                struct error *err);
/* All accounts of which something was read since then, in order; false ends it, with the error. */
bool checkpoint_accounts(struct store *s, int64_t since_ns, checkpoint_account *each,
                         void *context, struct error *err);

#endif

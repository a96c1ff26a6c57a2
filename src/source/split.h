/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the work of a slice is made smaller when the API says that it is too big, decided purely:
 *
 *     whole ─▶ lists of campaigns ─▶ halves … one campaign ─▶ lists of its ad sets ─▶ … one ad
 *           ─▶ halves of the fields ─▶ … one field: it cannot be made smaller
 *
 * The steps are the manifest's, in their order; the kinds are a closed table:
 *
 *     ids      the ids of a level that have rows in the part, which the API is asked for (`list`),
 *              are dealt out to parts of at most `most`; a part with several ids is halved
 *     fields   every half asks for the fields of `key`, for those that no record may lack, and for
 *              half of the others; the rows of the halves are put together again by the key and
 *              what else tells rows of the schema apart (record/join.h). The last step
 *
 *     [{"by": "ids", "level": "campaign", "list": {"request": …, "paginator": …, "records": …,
 *       "id": "/campaign_id"}, "filter": ",{{\"field\":\"campaign.id\",…:{part.ids}}}",
 *       "most": 100},
 *      {"by": "fields", "key": ["ad_id", "date_start"]}]
 *
 * A part has a path, "0001.0000" for the first part of the second part of the whole: paths in the
 * order of their bytes are the order in which parts are read, what was cut stands before what
 * was made of it, and the pieces of one key follow one another. What a part is has a text, so that
 * a run that was killed goes on with the parts it had.
 */
#ifndef SOURCE_SPLIT_H
#define SOURCE_SPLIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "codec/place.h"
#include "source/paginator.h"
#include "source/request.h"
#include "source/template.h"

enum {
    SPLIT_STEPS_MAX = 8,
    SPLIT_KEYS_MAX = 16, /* fields of a key */
    SPLIT_IDS_MAX = 500, /* of one part */
    SPLIT_ID_MAX = 64, /* bytes */
    SPLIT_LISTED_MAX = 200000, /* ids of one list */
    SPLIT_FIELDS_MAX = 512,
    SPLIT_PARTS_MAX = 1000, /* that one part is cut into */
    SPLIT_DEPTH_MAX = 48, /* cuts, one inside the other */
    SPLIT_PATH_SIZE =
        SPLIT_DEPTH_MAX * 5, /* four digits and a dot each, the last one ends it */
    SPLIT_TEXT_MAX = 64 * 1024, /* bytes of a part's text */
};

enum split_kind { SPLIT_IDS, SPLIT_FIELDS };

/* Where the ids of a step come from: an answer of a page each, as a document. */
struct split_list {
    struct request_rule request;
    struct paginator_rule paginator;
    struct pointer *records; /* the array that has the rows … */
    struct pointer *id; /* … and the id in each, text or integer */
};

/* What the pages of a list gave. Starts as {0}. */
struct split_listed {
    char **ids;
    size_t count;
    size_t cap;
};
/* Adds the ids of one page. ERROR_DATA when a row has none, or they are more than
 * SPLIT_LISTED_MAX. */
bool split_listed_add(const struct split_list *list, const json_t *answer,
                      struct split_listed *listed, struct error *err);
void split_listed_done(struct split_listed *listed);

struct split_step {
    enum split_kind kind;
    const char *level; /* ids: what people call them, "campaign" */
    struct split_list list; /* ids */
    struct template filter; /* ids: what {part.filter} becomes; has {part.ids}, a JSON list */
    size_t most; /* ids: of one part */
    const char *key[SPLIT_KEYS_MAX]; /* fields */
    size_t key_count;
};

struct split_rule {
    struct split_step steps[SPLIT_STEPS_MAX];
    size_t count;
};

/* Reads the rule at p. scope is that of the stream's requests without a page; the parts' own
 * names are added. Borrows from the document and from scope->settings. */
bool split_read(struct place *p, const json_t *value, const struct template_scope *scope,
                struct facts_wanted *wanted, struct split_rule *ret_rule, struct error *err);
void split_rule_done(struct split_rule *rule);

/* A part: all but what the lists say. The whole starts as {0}. */
struct split_part {
    char path[SPLIT_PATH_SIZE];
    size_t step; /* that gave the ids */
    char **ids; /* sorted; none: all */
    size_t id_count;
    char **fields; /* in the order of the request; none: all */
    size_t field_count;
    char piece_of[SPLIT_PATH_SIZE]; /* with fields: the part whose rows all its pieces make */
};
void split_part_done(struct split_part *part);
bool split_part_copy(const struct split_part *part, struct split_part *ret_part,
                     struct error *err);

/* Appends the text of a part, canonical JSON, without its path. */
bool split_part_text(const struct split_part *part, struct buffer *out, struct error *err);
/* ERROR_STORE when path and text are not what this rule could have written. *ret_part is done
 * with by the caller. */
bool split_part_parse(const struct split_rule *rule, const char *path, const char *text,
                      struct split_part *ret_part, struct error *err);

/* Appends the text of {part.filter}: nothing for the whole. */
bool split_part_filter(const struct split_rule *rule, const struct split_part *part,
                       struct buffer *out, struct error *err);
/* Appends the fields of the part as {fields} has them, separated by commas; nothing when it has
 * all. */
bool split_part_fields(const struct split_part *part, struct buffer *out, struct error *err);

/* Whether paths, in their order, are those of a whole and of all that was cut from it: so that none
 * is missed of what was kept. Starts as {0}. */
struct split_tree {
    bool begun;
    char path[SPLIT_PATH_SIZE]; /* the last one */
    struct {
        size_t path_len; /* of what was cut */
        uint64_t parts;
        uint64_t seen;
    } cuts[SPLIT_DEPTH_MAX + 1];
    size_t depth;
};
/* parts: that it was cut into; 0: it was not. False: another path should come here. */
bool split_tree_add(struct split_tree *t, const char *path, uint64_t parts);
/* No path follows: false when one is missing. */
bool split_tree_end(struct split_tree *t);

struct split_parts {
    struct split_part *list;
    size_t count;
};
void split_parts_done(struct split_parts *parts);

/* What the stream asks for, separated by commas. */
struct split_fields {
    const char *all; /* the value of {fields}; NULL: the stream names none */
    const char *always; /* those of them that no record may lack */
};

/* How a part that is too big is made smaller. */
enum split_way {
    SPLIT_NOT, /* it cannot be */
    SPLIT_CUT, /* split_cut does it */
    SPLIT_ASK, /* the ids of a step must be known first: ask for them, then split_ids */
};
/* The way, from step `from` on (0 at first): *ret_step, for SPLIT_ASK, and for SPLIT_CUT by
 * fields. After a list that could not be had, or was empty, ask again with *ret_step + 1. */
enum split_way split_way(const struct split_rule *rule, const struct split_part *part,
                         const struct split_fields *fields, size_t from, size_t *ret_step);

/* Halves of the part's ids, or of its fields. */
bool split_cut(const struct split_rule *rule, const struct split_part *part,
               const struct split_fields *fields, size_t step, struct split_parts *ret_parts,
               struct error *err);
/* Parts of the ids that a step's list gave for this part; sorts them and takes each once. One id
 * alone makes the part no smaller: then there is one part, with the path of this one, for which
 * split_way is asked in its place. ERROR_DATA when there would be more than SPLIT_PARTS_MAX. */
bool split_ids(const struct split_rule *rule, const struct split_part *part, size_t step,
               struct split_listed *listed, struct split_parts *ret_parts, struct error *err);

#endif

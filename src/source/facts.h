/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known of an answer once it has been read: its status, how many records it held, and
 * the few values of its envelope that the manifest asks about. Everything that judges an answer
 * (condition, verdict, paginator) works on this alone.
 */
#ifndef SOURCE_FACTS_H
#define SOURCE_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/place.h"
#include "record/walk.h"

/* The JSON Pointers that some rule of the manifest asks about, each once. */
struct facts_wanted {
    size_t count;
    const char *pointers[WALK_CAPTURES_MAX + 1]; /* NULL-terminated; borrowed */
};

struct facts {
    int status;
    bool json; /* the content type says JSON */
    bool whole; /* and the body was, to its end; else nothing was captured */
    uint64_t records;
    const char *text[WALK_CAPTURES_MAX]; /* by position in facts_wanted; NULL: absent */
};

/* Adds the pointer that stands at p, or finds it. `*` stands for any element: the last one that
 * the answer has counts. */
bool facts_want(const struct place *p, const char *pointer, struct facts_wanted *wanted,
                size_t *ret_index, struct error *err);

/* Facts of a document that was parsed, with the texts that are not the document's. */
struct facts_document {
    struct facts facts; /* its texts are valid while this and the document are */
    char numbers[WALK_CAPTURES_MAX][32];
};

/* A number has its shortest text here. Elements of arrays are found by their index alone. */
void facts_of_document(const struct facts_wanted *wanted, int status, const json_t *document,
                       struct facts_document *ret_facts);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A page of users as a body: head, rows, info, tail. Rows are made as they are read. In plain
 * JSON they are written straight into the server's block, which is what makes it fast; edited,
 * recorded and reformatted ones pass through a buffer.
 */
#ifndef SANDBOX_PEOPLE_PAGE_H
#define SANDBOX_PEOPLE_PAGE_H

#include "sandbox/body.h"
#include "sandbox/fault.h"
#include "sandbox/hostile.h"
#include "sandbox/journal.h"
#include "sandbox/people_query.h"
#include "sandbox/recorded.h"
#include "sandbox/tally.h"

struct people_page_options {
    struct people_query *query; /* taken: moved into the body */
    const char *version; /* what info says; copied */
    struct calendar_day today;
    const struct fault_set *faults; /* for the call */
    const struct recorded *recorded;
    const struct hostile *hostile;
    struct journal *journal;
    struct tally *tally;
};

/* NULL when memory is out. */
struct body *people_page_new(const struct people_page_options *options);

#endif

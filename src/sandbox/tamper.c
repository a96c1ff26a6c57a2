/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/tamper.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* --- cut --- */

struct cut {
    struct body body;
    enum tamper_cut how;
    size_t len;
    size_t sent;
    char kept[2 * TAMPER_CUT_MAX];
};

static ssize_t cut_read(struct body *b, char *out, size_t room)
{
    struct cut *c = (struct cut *)b;
    if (c->sent == c->len)
        return c->how == TAMPER_CUT_QUIET ? BODY_END : BODY_BROKEN;
    size_t count = smaller(room, c->len - c->sent);
    memcpy(out, c->kept + c->sent, count);
    c->sent += count;
    return (ssize_t)count;
}

static void plain_free(struct body *b)
{
    free(b);
}

struct body *tamper_new_cut_take(struct body *inner, enum tamper_cut how, size_t *ret_len)
{
    AUTO(body_freep) struct body *owned = inner;
    struct cut *c = owned ? calloc(1, sizeof *c) : NULL;
    if (!c)
        return NULL;
    c->body = (struct body){.read = cut_read, .free = plain_free};
    c->how = how;
    ssize_t last;
    c->len = body_fill(owned, c->kept, sizeof c->kept, &last) / 2;
    *ret_len = c->len;
    return &c->body;
}

/* --- pad --- */

struct pad {
    struct body body;
    struct body *inner;
    char after;
    bool reached;
    int64_t left; /* blanks still to come, or TAMPER_PAD_ENDLESS */
    size_t held; /* bytes of `rest` behind the place, given once the blanks are out */
    size_t given;
    char rest[4096];
};

static ssize_t pad_blanks(struct pad *p, char *out, size_t room)
{
    size_t count = p->left == TAMPER_PAD_ENDLESS ? room : smaller(room, (size_t)p->left);
    memset(out, ' ', count);
    if (p->left != TAMPER_PAD_ENDLESS)
        p->left -= (int64_t)count;
    return (ssize_t)count;
}

/* Finds the place in what inner gives: what is behind it waits in `rest`. */
static ssize_t pad_search(struct pad *p, char *out, size_t room)
{
    ssize_t got = body_read(p->inner, out, smaller(room, sizeof p->rest));
    if (got <= 0)
        return got;
    const char *place = memchr(out, p->after, (size_t)got);
    if (!place)
        return got;
    p->reached = true;
    size_t before = (size_t)(place - out) + 1;
    p->held = (size_t)got - before;
    memcpy(p->rest, out + before, p->held);
    return (ssize_t)before;
}

static ssize_t pad_read(struct body *b, char *out, size_t room)
{
    struct pad *p = (struct pad *)b;
    if (!p->reached)
        return pad_search(p, out, room);
    if (p->left != 0)
        return pad_blanks(p, out, room);
    if (p->given < p->held) {
        size_t count = smaller(room, p->held - p->given);
        memcpy(out, p->rest + p->given, count);
        p->given += count;
        return (ssize_t)count;
    }
    return body_read(p->inner, out, room);
}

static void pad_free(struct body *b)
{
    struct pad *p = (struct pad *)b;
    body_free(p->inner);
    free(p);
}

struct body *tamper_new_pad_take(struct body *inner, char after, int64_t count)
{
    AUTO(body_freep) struct body *owned = inner;
    struct pad *p = owned ? calloc(1, sizeof *p) : NULL;
    if (!p)
        return NULL;
    p->body = (struct body){.read = pad_read, .free = pad_free};
    p->inner = steal(&owned);
    p->after = after;
    p->left = count;
    return &p->body;
}

/* --- endless --- */

struct endless {
    struct body body;
    struct body *inner;
    size_t given;
    size_t held; /* of `block`; its last byte is kept back until another one follows it */
    bool ended;
    char block[4096];
};

static ssize_t endless_read(struct body *b, char *out, size_t room)
{
    struct endless *e = (struct endless *)b;
    while (!e->ended && e->given + 1 >= e->held) {
        size_t kept = e->held - e->given;
        if (kept > 0)
            e->block[0] = e->block[e->given];
        ssize_t got = body_read(e->inner, e->block + kept, sizeof e->block - kept);
        if (got == BODY_BROKEN)
            return BODY_BROKEN;
        e->ended = got == BODY_END;
        e->given = 0;
        e->held = kept + (size_t)got;
    }
    if (e->ended) {
        memset(out, ' ', room);
        return (ssize_t)room;
    }
    size_t count = smaller(room, e->held - e->given - 1);
    memcpy(out, e->block + e->given, count);
    e->given += count;
    return (ssize_t)count;
}

static void endless_free(struct body *b)
{
    struct endless *e = (struct endless *)b;
    body_free(e->inner);
    free(e);
}

struct body *tamper_new_endless_take(struct body *inner)
{
    AUTO(body_freep) struct body *owned = inner;
    struct endless *e = owned ? calloc(1, sizeof *e) : NULL;
    if (!e)
        return NULL;
    e->body = (struct body){.read = endless_read, .free = endless_free};
    e->inner = steal(&owned);
    return &e->body;
}

/* --- rate --- */

enum {
    RATE_TICKS = 10
}; /* pieces a second: smooth for a slow line, few waits for a fast one */

struct rate {
    struct body body;
    struct body *inner;
    uint64_t bytes_per_second;
    uint64_t sent;
    int64_t start_ns; /* monotonic; 0 before the first byte */
};

static ssize_t rate_read(struct body *b, char *out, size_t room)
{
    struct rate *r = (struct rate *)b;
    int64_t now_ns = clock_monotonic_ns();
    if (r->start_ns == 0)
        r->start_ns = now_ns;
    double due_s = (double)r->sent / (double)r->bytes_per_second;
    int64_t wait_ns = r->start_ns + (int64_t)(due_s * CLOCK_SECOND_NS) - now_ns;
    if (wait_ns > 0 && !clock_sleep_ns(wait_ns))
        return BODY_BROKEN;

    uint64_t piece = r->bytes_per_second / RATE_TICKS;
    ssize_t got = body_read(r->inner, out, smaller(room, piece > 0 ? piece : 1));
    if (got > 0)
        r->sent += (uint64_t)got;
    return got;
}

static void rate_free(struct body *b)
{
    struct rate *r = (struct rate *)b;
    body_free(r->inner);
    free(r);
}

struct body *tamper_new_rate_take(struct body *inner, uint64_t bytes_per_second)
{
    AUTO(body_freep) struct body *owned = inner;
    struct rate *r = owned ? calloc(1, sizeof *r) : NULL;
    if (!r)
        return NULL;
    r->body = (struct body){.read = rate_read, .free = rate_free};
    r->inner = steal(&owned);
    r->bytes_per_second = bytes_per_second;
    return &r->body;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A streaming JSON scanner (RFC 8259): bytes go in as they arrive, tokens come out as slices of
 * them. No tree is built, and memory does not depend on the length of the document: at most
 * SCAN_STRING_MAX and some for a token that is not complete, 1.25 MiB for keys.
 *
 *     scan_feed(bytes…) ─▶ UTF-8, grammar, depth, numbers, duplicate keys ─▶ scan_handler
 *
 * How the bytes are cut into pieces changes neither tokens nor errors.
 *
 * What breaks the document (grammar, UTF-8, nesting beyond SCAN_DEPTH_MAX, data behind the end)
 * ends the scan with ERROR_DATA and the byte offset. What spoils one value only (an escape of
 * U+0000, a lone surrogate, an over-long string or number, a duplicate key, nesting beyond
 * SCAN_DEPTH_SOFT) is a flaw: the token is handed on with its flaws and the scan goes on, so
 * that one bad record does not take its page along. A document without error and without flaws
 * is one that jansson accepts (JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, and numbers in range),
 * with the same values, as far as the handler did not skip any; the fuzzer holds us to that.
 */
#ifndef RECORD_SCAN_H
#define RECORD_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"

enum {
    SCAN_DEPTH_SOFT = 64, /* open containers */
    SCAN_DEPTH_MAX = 512,
    SCAN_MEMBERS_DEPTH = 32, /* open containers around members that the handler takes itself */
    SCAN_STRING_MAX = 1024 * 1024, /* bytes between the quotes, as written */
    SCAN_KEY_MAX = 1024, /* the same for keys */
    SCAN_NUMBER_MAX = 64, /* characters */
    SCAN_EXPONENT_MAX = 300, /* absolute value of the exponent as written */
    SCAN_KEYS_MAX = 65536, /* keys of all open objects together that duplicates are sought in */
};

enum scan_kind {
    SCAN_NULL,
    SCAN_FALSE,
    SCAN_TRUE,
    SCAN_NUMBER,
    SCAN_STRING,
    SCAN_OBJECT, /* open */
    SCAN_ARRAY, /* open */
};

enum scan_flaw {
    SCAN_FLAW_NUL = 1 << 0, /* \u0000 in a string or key */
    SCAN_FLAW_SURROGATE = 1 << 1, /* a lone surrogate escape */
    SCAN_FLAW_LONG = 1 << 2, /* string, key or number beyond its maximum; raw is empty */
    SCAN_FLAW_EXPONENT = 1 << 3, /* exponent beyond its maximum */
    SCAN_FLAW_DUPLICATE = 1 << 4, /* this key was in this object before; compared unescaped */
    SCAN_FLAW_DEPTH = 1 << 5, /* a container that is deeper than SCAN_DEPTH_SOFT */
    SCAN_FLAW_KEYS = 1 << 6, /* a key beyond SCAN_KEYS_MAX: it may be a duplicate */
};

/* The words for a flaw, for error texts: "a lone surrogate"; of several, for the first in the
 * order above. Static. */
const char *scan_flaw_text(uint32_t flaws);

/* A token; a key is a SCAN_STRING. */
struct scan_token {
    enum scan_kind kind;
    bool escaped; /* a string or key: holds a backslash, so raw is not yet the text */
    uint32_t flaws; /* enum scan_flaw, or-ed */
    /* As written, a string without its quotes. Points into the bytes that were fed, or into a
     * copy of them: valid during the call only. */
    const char *raw;
    size_t len;
    uint64_t offset; /* of the token's first byte in the document */
};

/* The consumer. All calls come in document order; returning false ends the scan with *err. A
 * key comes before its value; the value is a scalar, or open, content and close. */
struct scan_handler {
    void *context;
    bool (*open)(void *context, const struct scan_token *token, struct error *err);
    bool (*close)(void *context, enum scan_kind kind, struct error *err);
    bool (*key)(void *context, const struct scan_token *token, struct error *err);
    bool (*scalar)(void *context, const struct scan_token *token, struct error *err);
    /* May be NULL. Asked where a key of an object may begin whose keys are the handler's own
     * (scan_own_keys), with the bytes that are there: how many of them are members, with a comma
     * between them and perhaps one behind the last, that the handler has checked itself, as
     * strictly as a scan would, and taken. Nothing else is reported of them. 0: none. */
    size_t (*members)(void *context, const char *bytes, size_t len);
};

struct scan;

/* The handler is copied; its context stays the caller's. NULL when memory is out. */
struct scan *scan_new(const struct scan_handler *handler);
void scan_free(struct scan *s); /* wipes what it held of the document */
CLEANUP_DEFINE(struct scan, scan_free)

/* Back to the start of a new document; memory is kept. */
void scan_reset(struct scan *s);

/* The next bytes, any number; a chunk is scanned where it lies. ERROR_DATA: "byte 17: expected
 * ':', found a letter", where byte 0 is the document's first; content is never shown. Errors of
 * the handler pass through as they are. After an error the scan must be reset. */
bool scan_feed(struct scan *s, const void *data, size_t len, struct error *err);
/* The end of input: ERROR_DATA when the document is not complete. A number at the top level is
 * handed on only now, as nothing else tells that it ends. */
bool scan_finish(struct scan *s, struct error *err);

/* May be called inside `open` and `key`: the value that was just opened, or that the key names,
 * is not reported any further (neither content nor close). Its grammar, UTF-8 and depth are
 * still checked; flaws in it, duplicate keys included, are not looked for. */
void scan_skip(struct scan *s);

/* May be called inside `open` of an object: the handler tells the keys of this object apart itself,
 * so duplicates among them are not looked for. */
void scan_own_keys(struct scan *s);

/* Bytes fed so far; of no use within a call of the handler, whose tokens have their own. */
uint64_t scan_offset(const struct scan *s);

/* Unescapes a string or key token into out, which must have room for token->len bytes (the text
 * is never longer). Flaws: a lone surrogate becomes U+FFFD, U+0000 a NUL byte. Returns the
 * length. */
size_t scan_unescape(const struct scan_token *token, char *out);

#endif

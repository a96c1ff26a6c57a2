/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small JSON documents: configuration, manifests, schemas, error bodies. The only file that
 * knows jansson; `json_t` may travel (json_auto_t frees it). Pages of records never come here:
 * record/scan reads those.
 */
#ifndef CODEC_JSON_H
#define CODEC_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"

enum { JSON_DOCUMENT_MAX = 4 * 1024 * 1024 };

/* Parses one document of any kind, up to JSON_DOCUMENT_MAX. Duplicate keys, NUL escapes, lone
 * surrogates and numbers out of range are refused. Errors are of `kind`, read
 * "NAME:LINE:COLUMN: …" and quote nothing of the document. The caller owns *ret_root. */
bool json_parse(const char *text, size_t len, const char *name, enum error_kind kind,
                json_t **ret_root, struct error *err);
/* The same from a file, whose path is the name; that it cannot be read is of `kind` too. */
bool json_read_file(const char *path, enum error_kind kind, json_t **ret_root,
                    struct error *err);

/* Appends the canonical text: keys sorted by their bytes, no blanks, UTF-8 unescaped where
 * allowed. Same value, same bytes; that's why reals are refused: ERROR_BUG. */
bool json_canonical(const json_t *value, struct buffer *ret_text, struct error *err);

/* "object", "array", "string", "integer", "real", "boolean", "null". */
const char *json_type_text(const json_t *value);

/* Appends text, which must be UTF-8, as a quoted JSON string. False (and nothing appended) when
 * out has no room. */
bool json_append_quoted(struct buffer *out, const char *text, size_t len);

#endif

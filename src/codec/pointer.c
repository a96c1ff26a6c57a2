/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/pointer.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char ellipsis[] = "…";

enum { PATH_ROOM = POINTER_TEXT_MAX - sizeof ellipsis }; /* there is always room to cut */

/* How many tokens: one per slash; SIZE_MAX on a syntax error. */
static size_t count_tokens(const char *text)
{
    if (*text != '\0' && *text != '/')
        return SIZE_MAX;

    size_t count = 0;
    for (const char *c = text; *c; c++) {
        if (*c == '/')
            count++;
        if (*c == '~' && c[1] != '0' && c[1] != '1')
            return SIZE_MAX;
    }
    return count;
}

/* A copy of the token that starts at text, unescaped (RFC 6901 section 4). */
static char *take_token(const char *text, size_t len)
{
    char *token = malloc(len + 1);
    if (!token)
        return NULL;

    char *out = token;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '~')
            *out++ = text[++i] == '0' ? '~' : '/';
        else
            *out++ = text[i];
    }
    *out = '\0';
    return token;
}

struct pointer *pointer_parse(const char *text)
{
    size_t count = count_tokens(text);
    if (count > POINTER_DEPTH_MAX)
        return NULL;

    AUTO(pointer_freep) struct pointer *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->tokens = calloc(count + 1, sizeof *p->tokens);
    if (!p->tokens)
        return NULL;

    for (; p->depth < count; p->depth++) {
        text++; /* the slash */
        size_t len = strcspn(text, "/");
        p->tokens[p->depth] = take_token(text, len);
        if (!p->tokens[p->depth])
            return NULL;
        text += len;
    }
    return steal(&p);
}

void pointer_free(struct pointer *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->depth; i++)
        free(p->tokens[i]);
    free(p->tokens);
    free(p);
}

/* Digits without a leading zero (RFC 6901 section 4). */
static bool parse_index(const char *token, size_t *ret_index)
{
    size_t len = strspn(token, "0123456789");
    if (len == 0 || len > 9 || token[len] != '\0' || (len > 1 && token[0] == '0'))
        return false;
    *ret_index = (size_t)strtoul(token, NULL, 10);
    return true;
}

json_t *pointer_get(const json_t *root, const struct pointer *p)
{
    const json_t *value = root;
    for (size_t i = 0; i < p->depth && value; i++) {
        size_t index;
        if (json_is_array(value))
            value = parse_index(p->tokens[i], &index) ? json_array_get(value, index) : NULL;
        else
            value = json_object_get(value, p->tokens[i]); /* NULL when not an object */
    }
    return (json_t *)(uintptr_t)value;
}

/* The RFC 6901 escape of a character, or NULL. */
static const char *escape(char c)
{
    return c == '~' ? "~0" : c == '/' ? "~1" : NULL;
}

static void cut(struct pointer_path *path, size_t start)
{
    /* not in the middle of a character */
    while (path->len > start && ((unsigned char)path->text[path->len] & 0xc0) == 0x80)
        path->len--;
    memcpy(path->text + path->len, ellipsis, sizeof ellipsis);
    path->len = POINTER_TEXT_MAX; /* full: what is pushed from now on is not shown */
}

static void append(struct pointer_path *path, const char *name)
{
    size_t start = path->len;
    if (start > PATH_ROOM)
        return;
    const char *piece = "/";
    size_t piece_len = 1;
    for (;;) {
        if (path->len + piece_len > PATH_ROOM) {
            memcpy(path->text + path->len, piece, 1); /* lets cut see a continuation byte */
            cut(path, start);
            return;
        }
        memcpy(path->text + path->len, piece, piece_len);
        path->len += piece_len;
        if (*name == '\0')
            break;
        piece = escape(*name);
        piece_len = piece ? 2 : 1;
        if (!piece)
            piece = name;
        name++;
    }
    path->text[path->len] = '\0';
}

void pointer_push(struct pointer_path *path, const char *name)
{
    if (path->depth < POINTER_DEPTH_MAX) {
        path->starts[path->depth] = path->len;
        append(path, name);
    }
    path->depth++;
}

void pointer_push_index(struct pointer_path *path, size_t index)
{
    char text[24];
    snprintf(text, sizeof text, "%zu", index);
    pointer_push(path, text);
}

void pointer_pop(struct pointer_path *path)
{
    assert(path->depth > 0);
    if (--path->depth >= POINTER_DEPTH_MAX)
        return;
    path->len = path->starts[path->depth];
    if (path->len < POINTER_TEXT_MAX)
        path->text[path->len] = '\0';
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/verify.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "audit/audit_sql.h"
#include "audit/event.h"
#include "audit/export.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "codec/hex.h"
#include "codec/json.h"

#define ENTRY_START "{\"entry\":"
#define ENTRY_MIDDLE ",\"leaf\":\""
#define ENTRY_END "\"}"
#define HEADER_START "{\"format\":\"" EXPORT_FORMAT "\",\"log\":\""
#define FOOTER_START "{\"log\":\""
#define FOOTER_SIZE "\",\"size\":"

enum {
    LOG_SIZE = 65, /* a stage id is 32 digits */
    HASH_DIGITS = 2 * TREE_HASH_SIZE,
    LEAF_PART = sizeof ENTRY_MIDDLE - 1 + HASH_DIGITS + sizeof ENTRY_END - 1,
    LINE_MAX_BYTES = EVENT_ENTRY_MAX + 256,
    FOOTER_MAX = 256,
};

/* The log so far. */
struct chain {
    char log[LOG_SIZE];
    struct tree tree;
    uint8_t last_leaf[TREE_HASH_SIZE];
    struct verify_report *report;
};

static const char *const verdicts[] = {
    [VERIFY_INTACT] = "intact",
    [VERIFY_ALTERED] = "altered",
    [VERIFY_TRUNCATED] = "truncated",
    [VERIFY_FOREIGN] = "foreign",
};

const char *verify_verdict_name(enum verify_verdict verdict)
{
    return verdicts[verdict];
}

/* The verdict, at the event that was to come next. Returns false. */
static bool __attribute__((format(printf, 3, 4)))
judge(struct chain *c, enum verify_verdict verdict, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(c->report->reason, sizeof c->report->reason, format, args);
    va_end(args);
    c->report->verdict = verdict;
    c->report->bad_index = c->tree.size;
    return false;
}

static void chain_init(struct chain *c, struct verify_report *report)
{
    *report = (struct verify_report){.verdict = VERIFY_INTACT};
    *c = (struct chain){.report = report};
    tree_init(&c->tree);
}

static void chain_end(struct chain *c)
{
    c->report->size = c->tree.size;
    tree_root(&c->tree, c->report->root);
}

/* --- One event --------------------------------------------------------------------------- */

static const char *member_text(const json_t *root, const char *name)
{
    const char *text = json_string_value(json_object_get(root, name));
    return text ? text : "";
}

static bool check_links(struct chain *c, const json_t *root)
{
    char prev[HASH_DIGITS + 1];
    hex_encode(c->last_leaf, sizeof c->last_leaf, prev);
    const json_t *index = json_object_get(root, "index");

    if (!json_is_integer(index) || (uint64_t)json_integer_value(index) != c->tree.size)
        return judge(c, VERIFY_ALTERED, "another event stands in its place");
    if (strcmp(member_text(root, "prev"), prev) != 0)
        return judge(c, VERIFY_ALTERED, "it does not follow the event before it");
    if (strcmp(member_text(root, "log"), c->log) != 0)
        return judge(c, VERIFY_FOREIGN, "it belongs to the log of another stage");
    if (json_integer_value(json_object_get(root, "v")) != EVENT_VERSION)
        return judge(c, VERIFY_FOREIGN, "it was written by a newer release");
    return true;
}

static bool check_entry(struct chain *c, const char *entry, size_t len)
{
    struct error ignored;
    if (len > EVENT_ENTRY_MAX)
        return judge(c, VERIFY_ALTERED, "it is longer than an event can be");
    json_t *root = NULL;
    if (!json_parse(entry, len, "event", ERROR_DATA, &root, &ignored))
        return judge(c, VERIFY_ALTERED, "it is not JSON");

    AUTO(buffer_done) struct buffer canonical;
    buffer_init(&canonical, EVENT_ENTRY_MAX);
    bool ok = json_is_object(root) && json_canonical(root, &canonical, &ignored) &&
              canonical.len == len && memcmp(canonical.data, entry, len) == 0;
    if (!ok)
        judge(c, VERIFY_ALTERED, "it is not canonical JSON");
    else
        ok = check_links(c, root);
    json_decref(root);
    return ok;
}

/* --- Bundles ----------------------------------------------------------------------------- */

struct line {
    char text[LINE_MAX_BYTES];
    size_t len; /* without newline */
    bool ended; /* there was a newline */
};

/* False at the end of the file. A line that is too long comes without an end. */
static bool next_line(FILE *in, struct line *line)
{
    line->len = 0;
    line->ended = false;
    int byte;
    while (line->len < sizeof line->text && (byte = getc_unlocked(in)) != EOF) {
        if (byte == '\n') {
            line->ended = true;
            return true;
        }
        line->text[line->len++] = (char)byte;
    }
    return line->len > 0;
}

static bool starts_with(const struct line *line, const char *prefix)
{
    return line->len >= strlen(prefix) && memcmp(line->text, prefix, strlen(prefix)) == 0;
}

static bool check_header(struct chain *c, const struct line *line)
{
    size_t start = sizeof HEADER_START - 1;
    if (!starts_with(line, HEADER_START) || !line->ended)
        return judge(c, VERIFY_FOREIGN, "this is no audit bundle of format " EXPORT_FORMAT);
    size_t len = 0;
    while (start + len < line->len && len < LOG_SIZE - 1 &&
           strchr("0123456789abcdef", line->text[start + len]) && line->text[start + len])
        len++;
    memcpy(c->log, line->text + start, len);
    c->log[len] = '\0';
    if (len == 0 || line->len != start + len + 2 ||
        memcmp(line->text + start + len, "\"}", 2) != 0)
        return judge(c, VERIFY_FOREIGN, "the first line does not say whose log this is");
    return true;
}

static bool check_event_line(struct chain *c, const struct line *line, struct error *err)
{
    size_t start = sizeof ENTRY_START - 1;
    if (!line->ended || line->len < start + LEAF_PART)
        return judge(c, line->ended ? VERIFY_ALTERED : VERIFY_TRUNCATED,
                     "its line is not complete");
    const char *entry = line->text + start;
    size_t len = line->len - start - LEAF_PART;

    uint8_t leaf[TREE_HASH_SIZE];
    char digits[HASH_DIGITS + 1];
    char expected[LEAF_PART + 1];
    tree_leaf(entry, len, leaf);
    hex_encode(leaf, sizeof leaf, digits);
    snprintf(expected, sizeof expected, ENTRY_MIDDLE "%s" ENTRY_END, digits);
    if (memcmp(entry + len, expected, LEAF_PART) != 0)
        return judge(c, VERIFY_ALTERED, "it does not have the hash it had when it was written");
    if (!check_entry(c, entry, len) || !tree_add(&c->tree, leaf, NULL, NULL, err))
        return false;
    memcpy(c->last_leaf, leaf, sizeof leaf);
    return true;
}

/* How many events the footer speaks of; false when it has no number. */
static bool footer_size(const struct line *line, uint64_t *ret_size)
{
    const char *at = memmem(line->text, line->len, FOOTER_SIZE, sizeof FOOTER_SIZE - 1);
    if (!at || line->len == 0)
        return false;
    at += sizeof FOOTER_SIZE - 1;
    const char *end = line->text + line->len - 1; /* the brace */
    int64_t size;
    if (at >= end || !text_parse_int64(at, (size_t)(end - at), &size) || size < 0)
        return false;
    *ret_size = (uint64_t)size;
    return true;
}

static bool check_footer(struct chain *c, const struct line *line, bool is_last)
{
    uint64_t size;
    if (footer_size(line, &size) && size > c->tree.size)
        return judge(c, VERIFY_TRUNCATED, "the log has %" PRIu64 " events, the bundle fewer",
                     size);
    if (!line->ended)
        return judge(c, VERIFY_TRUNCATED, "the last line is not complete");

    uint8_t root[TREE_HASH_SIZE];
    char digits[HASH_DIGITS + 1];
    char expected[FOOTER_MAX];
    tree_root(&c->tree, root);
    hex_encode(root, sizeof root, digits);
    int len = snprintf(expected, sizeof expected,
                       FOOTER_START "%s\",\"root\":\"%s" FOOTER_SIZE "%" PRIu64 "}", c->log,
                       digits, c->tree.size);
    if (line->len != (size_t)len || memcmp(line->text, expected, line->len) != 0)
        return judge(c, VERIFY_ALTERED, "the last line is not the head of the events above it");
    return is_last || judge(c, VERIFY_ALTERED, "something follows the last line");
}

static bool check_bundle(struct chain *c, FILE *in, struct line *line, struct error *err)
{
    if (!next_line(in, line))
        return judge(c, VERIFY_FOREIGN, "the file is empty");
    if (!check_header(c, line))
        return false;
    while (next_line(in, line)) {
        if (starts_with(line, FOOTER_START))
            return check_footer(c, line, getc_unlocked(in) == EOF);
        if (!starts_with(line, ENTRY_START))
            return judge(c, line->ended ? VERIFY_ALTERED : VERIFY_TRUNCATED,
                         "its line is not one of a bundle");
        if (!check_event_line(c, line, err))
            return false;
    }
    return judge(c, VERIFY_TRUNCATED, "the bundle ends here, without its last line");
}

bool verify_bundle(FILE *in, const char *name, struct verify_report *ret_report,
                   struct error *err)
{
    struct verify_report report;
    struct chain c;
    struct line line;
    chain_init(&c, &report);
    check_bundle(&c, in, &line, err);
    if (ferror(in))
        return error_errno(err, ERROR_IO, errno, "%s", name);
    chain_end(&c);
    *ret_report = report;
    return true;
}

/* --- Tables ------------------------------------------------------------------------------ */

struct stored {
    struct sqlite *db;
    struct chain *chain;
    bool unreadable;
};

/* A node of the tree as computed must be the one that is stored. */
static bool compare_node(void *context, unsigned level, uint64_t index,
                         const uint8_t hash[TREE_HASH_SIZE], struct error *err)
{
    struct stored *s = context;
    uint8_t stored[TREE_HASH_SIZE];
    bool found;
    if (!tree_get(s->db, level, index, &found, stored, err)) {
        s->unreadable = true;
        return false;
    }
    if (found && memcmp(stored, hash, sizeof stored) == 0)
        return true;
    if (level == 0)
        return judge(s->chain, VERIFY_ALTERED,
                     "it does not have the hash it had when it was written");
    return judge(s->chain, VERIFY_ALTERED, "node %u/%" PRIu64 " of the tree %s", level, index,
                 found ? "was altered" : "is missing");
}

static bool check_row(struct stored *s, struct sqlite_statement *row, struct error *err)
{
    struct chain *c = s->chain;
    if ((uint64_t)sqlite_column_int(row, 0) != c->tree.size)
        return judge(c, VERIFY_ALTERED, "it is missing");
    size_t len = 0;
    const char *entry = sqlite_column_text(row, 1, &len);
    uint8_t leaf[TREE_HASH_SIZE];
    tree_leaf(entry ? entry : "", len, leaf);

    /* first the hash, so that a change of the text is told from a change of the order */
    if (!compare_node(s, 0, c->tree.size, leaf, err) ||
        !check_entry(c, entry ? entry : "", len) ||
        !tree_add(&c->tree, leaf, compare_node, s, err))
        return false;
    memcpy(c->last_leaf, leaf, sizeof leaf);
    return true;
}

static bool check_rows(struct stored *s, struct error *err)
{
    struct sqlite_statement *rows = sqlite_statement(s->db, audit_sql_event_list, err);
    for (;;) {
        bool more = false;
        if (!rows || !sqlite_step(rows, &more, err)) {
            s->unreadable = true;
            return false;
        }
        if (!more || !check_row(s, rows, err)) {
            sqlite_reset(rows);
            return !more;
        }
    }
}

/* Hashes of events that are not there: somebody took the events away. */
static bool check_rest(struct stored *s, struct error *err)
{
    uint64_t count;
    bool found;
    uint8_t hash[TREE_HASH_SIZE];
    struct chain *c = s->chain;
    s->unreadable =
        !tree_count(s->db, &count, err) || !tree_get(s->db, 0, c->tree.size, &found, hash, err);
    if (s->unreadable || count == tree_count_of(c->tree.size))
        return !s->unreadable;
    if (found)
        return judge(c, VERIFY_TRUNCATED,
                     "the tree has leaves from here on, the log no events");
    return judge(c, VERIFY_ALTERED, "the tree has nodes that belong to no event");
}

bool verify_table(struct sqlite *db, const char *log, struct verify_report *ret_report,
                  struct error *err)
{
    struct verify_report report;
    struct chain c;
    chain_init(&c, &report);
    snprintf(c.log, sizeof c.log, "%s", log);
    struct stored s = {.db = db, .chain = &c};

    if (!sqlite_begin_read(db, err))
        return false;
    if (check_rows(&s, err))
        check_rest(&s, err);
    sqlite_rollback(db);
    if (s.unreadable)
        return false;
    chain_end(&c);
    *ret_report = report;
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "audit/tree.h"
#include "audit_fixture.h"

static bool append(struct sqlite *db, const struct event *event, struct error *err)
{
    if (!sqlite_begin(db, err))
        return false;
    if (event_append(db, &fixture_context, event, err) && sqlite_commit(db, err))
        return true;
    sqlite_rollback(db);
    return false;
}

static void assert_entry(struct sqlite *db, const char *query, const char *expected)
{
    struct error err;
    bool row;
    struct sqlite_statement *s = sqlite_statement(db, query, &err);
    assert_non_null(s);
    assert_true(sqlite_step(s, &row, &err));
    assert_true(row);
    assert_string_equal(sqlite_column_text(s, 0, NULL), expected);
    sqlite_reset(s);
}

static void an_event_is_canonical_json(void **state)
{
    (void)state;
    uint8_t digest[32];
    memset(digest, 0xab, sizeof digest);
    struct error err;
    AUTO(sqlite_closep) struct sqlite *db = fixture_open();
    const struct event event = {
        .kind = EVENT_BATCH_DELIVERED,
        .outcome = EVENT_DONE,
        .object = "users",
        .details = {{"table", "random_users"}, {"nothing", NULL}, {"driver", "sqlite"}},
        .counts = {{"rows", INT64_MAX}, {"first_seq", 1}},
        .digests = {{"policy", NULL}, {"schema", digest}},
    };
    assert_true(append(db, &event, &err));
    assert_entry(
        db, "SELECT entry FROM audit_event WHERE idx = 0",
        "{\"actor\":{\"uid\":1000,\"user\":\"extract\"},"
        "\"counts\":{\"first_seq\":1,\"rows\":9223372036854775807},"
        "\"details\":{\"driver\":\"sqlite\",\"table\":\"random_users\"},"
        "\"digests\":{\"schema\":"
        "\"abababababababababababababababababababababababababababababababab\"},"
        "\"index\":0,\"kind\":\"batch.delivered\",\"log\":\"" FIXTURE_LOG "\","
        "\"object\":\"users\",\"outcome\":\"done\","
        "\"prev\":\"0000000000000000000000000000000000000000000000000000000000000000\","
        "\"run\":\"01JD3XEXAMPLE\",\"source\":\"random_user\","
        "\"time\":\"2025-11-20T09:30:00.123456789Z\",\"v\":1}");
}

static void an_event_holds_the_leaf_hash_of_the_one_before(void **state)
{
    (void)state;
    AUTO(sqlite_closep) struct sqlite *db = fixture_open();
    fixture_append(db, 3);
    assert_entry(db,
                 "SELECT count(*) || '' FROM audit_event e JOIN audit_node n ON n.level = 0 "
                 "AND n.idx = e.idx - 1 "
                 "WHERE e.entry LIKE '%\"prev\":\"' || lower(hex(n.hash)) || '\"%'",
                 "2");
}

static void every_kind_and_outcome_has_a_name(void **state)
{
    (void)state;
    for (int i = 0; i < EVENT_KIND_COUNT; i++) {
        const char *name = event_kind_name((enum event_kind)i);
        assert_non_null(name);
        assert_non_null(strchr(name, '.'));
        for (int j = 0; j < i; j++)
            assert_string_not_equal(name, event_kind_name((enum event_kind)j));
    }
    for (int i = 0; i < EVENT_OUTCOME_COUNT; i++)
        assert_non_null(event_outcome_name((enum event_outcome)i));
}

static void an_event_outside_of_a_transaction_is_refused(void **state)
{
    (void)state;
    struct error err;
    AUTO(sqlite_closep) struct sqlite *db = fixture_open();
    const struct event event = {.kind = EVENT_RUN_START};
    assert_false(event_append(db, &fixture_context, &event, &err));
    assert_int_equal(err.kind, ERROR_BUG);
}

static void a_text_that_is_not_utf8_is_refused(void **state)
{
    (void)state;
    struct error err;
    AUTO(sqlite_closep) struct sqlite *db = fixture_open();
    const struct event event = {.kind = EVENT_RUN_START, .object = "\xff"};
    assert_false(append(db, &event, &err));
    assert_int_equal(err.kind, ERROR_DATA);
    assert_non_null(strstr(err.text, "run.start"));
    const struct event inner = {.kind = EVENT_RUN_START, .details = {{"a", "\xc3\x28"}}};
    assert_false(append(db, &inner, &err));
}

static void an_event_that_is_too_long_is_refused(void **state)
{
    (void)state;
    struct error err;
    char text[EVENT_ENTRY_MAX + 1];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    AUTO(sqlite_closep) struct sqlite *db = fixture_open();
    struct event event = {.kind = EVENT_RUN_END, .reason = text};
    assert_false(append(db, &event, &err));
    assert_int_equal(err.kind, ERROR_DATA);
    text[60000] = '\0';
    assert_true(append(db, &event, &err));
}

static void control_characters_and_quotes_are_escaped(void **state)
{
    (void)state;
    struct error err;
    AUTO(sqlite_closep) struct sqlite *db = fixture_open();
    const struct event event = {.kind = EVENT_RUN_END, .reason = "a\n\"b\"\x01 \u00e9"};
    assert_true(append(db, &event, &err));
    assert_entry(db,
                 "SELECT count(*) || '' FROM audit_event WHERE instr(entry, char(10)) = 0 AND "
                 "json_extract(entry, '$.reason') = 'a' || char(10) || '\"b\"' || char(1) || "
                 "' \u00e9'",
                 "1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_is_canonical_json),
        cmocka_unit_test(an_event_holds_the_leaf_hash_of_the_one_before),
        cmocka_unit_test(every_kind_and_outcome_has_a_name),
        cmocka_unit_test(an_event_outside_of_a_transaction_is_refused),
        cmocka_unit_test(a_text_that_is_not_utf8_is_refused),
        cmocka_unit_test(an_event_that_is_too_long_is_refused),
        cmocka_unit_test(control_characters_and_quotes_are_escaped),
    };
    return cmocka_run_group_tests(tests, fixture_start, NULL);
}

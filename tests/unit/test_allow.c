/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "net/address.h"
#include "net/allow.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))

static struct sockaddr_storage address_of(const char *text)
{
    struct sockaddr_storage address;
    if (!address_parse(text, &address))
        fail_msg("%s is no address", text);
    return address;
}

static void addresses_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum address_kind kind;
    } cases[] = {
        {"127.0.0.1", ADDRESS_LOOPBACK},
        {"127.255.255.255", ADDRESS_LOOPBACK},
        {"::1", ADDRESS_LOOPBACK},
        {"::ffff:127.0.0.1", ADDRESS_LOOPBACK},
        {"64:ff9b::7f00:1", ADDRESS_LOOPBACK},
        {"0.0.0.0", ADDRESS_PRIVATE},
        {"10.0.0.1", ADDRESS_PRIVATE},
        {"100.64.0.1", ADDRESS_PRIVATE},
        {"100.127.255.255", ADDRESS_PRIVATE},
        {"169.254.169.254", ADDRESS_PRIVATE},
        {"172.16.0.1", ADDRESS_PRIVATE},
        {"172.31.255.255", ADDRESS_PRIVATE},
        {"192.168.1.1", ADDRESS_PRIVATE},
        {"198.19.0.1", ADDRESS_PRIVATE},
        {"224.0.0.1", ADDRESS_PRIVATE},
        {"255.255.255.255", ADDRESS_PRIVATE},
        {"::", ADDRESS_PRIVATE},
        {"::10.0.0.1", ADDRESS_PRIVATE},
        {"::ffff:10.0.0.1", ADDRESS_PRIVATE},
        {"::ffff:169.254.169.254", ADDRESS_PRIVATE},
        {"64:ff9b::c0a8:101", ADDRESS_PRIVATE},
        {"64:ff9b:1::1", ADDRESS_PRIVATE},
        {"100::1", ADDRESS_PRIVATE},
        {"2001::1", ADDRESS_PRIVATE},
        {"2002:7f00:1::1", ADDRESS_PRIVATE},
        {"fc00::1", ADDRESS_PRIVATE},
        {"fd12:3456::1", ADDRESS_PRIVATE},
        {"fe80::1", ADDRESS_PRIVATE},
        {"fec0::1", ADDRESS_PRIVATE},
        {"ff02::1", ADDRESS_PRIVATE},
        {"8.8.8.8", ADDRESS_PUBLIC},
        {"100.63.255.255", ADDRESS_PUBLIC},
        {"100.128.0.0", ADDRESS_PUBLIC},
        {"126.255.255.255", ADDRESS_PUBLIC},
        {"128.0.0.0", ADDRESS_PUBLIC},
        {"169.253.255.255", ADDRESS_PUBLIC},
        {"172.15.255.255", ADDRESS_PUBLIC},
        {"172.32.0.0", ADDRESS_PUBLIC},
        {"192.167.255.255", ADDRESS_PUBLIC},
        {"223.255.255.255", ADDRESS_PUBLIC},
        {"2606:4700::1111", ADDRESS_PUBLIC},
        {"2a00:1450:4001::200e", ADDRESS_PUBLIC},
        {"::ffff:8.8.8.8", ADDRESS_PUBLIC},
        {"64:ff9b::808:808", ADDRESS_PUBLIC},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct sockaddr_storage address = address_of(cases[i].text);
        if (address_kind((struct sockaddr *)&address) != cases[i].kind)
            fail_msg("%s is not judged as %d", cases[i].text, (int)cases[i].kind);
    }
    static const struct sockaddr local = {.sa_family = AF_UNIX};
    assert_int_equal(address_kind(&local), ADDRESS_PRIVATE);
}

static void only_literals_are_addresses(void **state)
{
    (void)state;
    static const char *const bad[] = {"",           "localhost", "127.1",
                                      "0x7f.0.0.1", "[::1]",     "fe80::1%lo",
                                      "1.2.3.4.5",  "1.2.3.4 ",  "::1::"};
    struct sockaddr_storage address;
    for (size_t i = 0; i < LENGTH(bad); i++)
        assert_false(address_parse(bad[i], &address));

    char text[ADDRESS_TEXT_SIZE];
    address = address_of("2001:0DB8::0:1");
    address_format((struct sockaddr *)&address, text);
    assert_string_equal(text, "2001:db8::1");
}

static struct allow *list(const char *first, const char *second)
{
    const char *const entries[] = {first, second, NULL};
    struct allow *a = NULL;
    struct error err;
    if (!allow_new(entries, &a, &err))
        fail_msg("%s", err.text);
    return a;
}

static void only_listed_hosts_are_allowed(void **state)
{
    (void)state;
    AUTO(allow_freep) struct allow *names = list("graph.facebook.com", "Example.COM:8443");
    assert_true(allow_has(names, "graph.facebook.com", 443));
    assert_true(allow_has(names, "GRAPH.facebook.com", 8080));
    assert_true(allow_has(names, "example.com", 8443));
    assert_false(allow_has(names, "example.com", 443));
    assert_false(allow_has(names, "facebook.com", 443));
    assert_false(allow_has(names, "x.graph.facebook.com", 443));
    assert_false(allow_has(names, "graph.facebook.com.", 443));
    assert_false(allow_has(names, "graph.facebook.com.evil.example", 443));
    assert_false(allow_has(names, "", 443));

    AUTO(allow_freep) struct allow *literals = list("127.0.0.1:80", "[0:0::1]:81");
    assert_true(allow_has(literals, "127.0.0.1", 80));
    assert_false(allow_has(literals, "127.0.0.2", 80));
    assert_true(allow_has(literals, "::1", 81));
    assert_true(allow_has(literals, "0:0:0::1", 81));
    assert_false(allow_has(literals, "::1", 80));

    AUTO(allow_freep) struct allow *none = list(NULL, NULL);
    assert_false(allow_has(none, "localhost", 80));
}

static void bad_entries_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",        ":80",     "https://a", "a/b", "a:",   "a:0",
                                      "a:65536", "a:b",     "a:80:81",   "*.a", "a b",  "a\n",
                                      "[::1",    "[::1]80", "[::1]:",    "u@a", "a:-1", "[]"};
    for (size_t i = 0; i < LENGTH(bad); i++) {
        const char *const entries[] = {"good.example", bad[i], NULL};
        struct allow *a = NULL;
        struct error err;
        if (allow_new(entries, &a, &err))
            fail_msg("\"%s\" was accepted", bad[i]);
        assert_int_equal(err.kind, ERROR_CONFIG);
        assert_null(a);
    }
    char longest[ALLOW_HOST_SIZE + 1];
    memset(longest, 'a', sizeof longest);
    longest[ALLOW_HOST_SIZE] = '\0';
    const char *const entries[] = {longest, NULL};
    struct allow *a = NULL;
    struct error err;
    assert_false(allow_new(entries, &a, &err));
}

static void the_list_has_an_end(void **state)
{
    (void)state;
    const char *entries[ALLOW_HOSTS_MAX + 2] = {NULL};
    for (int i = 0; i <= ALLOW_HOSTS_MAX; i++)
        entries[i] = "a.example";
    struct allow *a = NULL;
    struct error err;
    assert_false(allow_new(entries, &a, &err));
    assert_int_equal(err.kind, ERROR_CONFIG);
}

static void peers_are_what_the_host_may_be(void **state)
{
    (void)state;
    static const struct {
        const char *host;
        const char *peer;
        bool allowed;
    } cases[] = {
        {"localhost", "127.0.0.1", true},
        {"LOCALHOST", "::1", true},
        {"localhost", "10.0.0.1", false},
        {"localhost", "8.8.8.8", false},
        {"127.0.0.9", "127.0.0.9", true},
        {"::1", "::1", true},
        {"randomuser.me", "104.26.0.1", true},
        {"randomuser.me", "127.0.0.1", false},
        {"randomuser.me", "169.254.169.254", false},
        {"randomuser.me", "::ffff:192.168.0.1", false},
        {"a.localhost", "127.0.0.1", false},
        {"localhost.evil.example", "127.0.0.1", false},
        {"10.1.2.3", "10.1.2.3", true},
        {"fd00::1", "fd00::1", true},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct sockaddr_storage peer = address_of(cases[i].peer);
        if (allow_peer(cases[i].host, (struct sockaddr *)&peer) != cases[i].allowed)
            fail_msg("%s at %s", cases[i].host, cases[i].peer);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_told_apart),
        cmocka_unit_test(only_literals_are_addresses),
        cmocka_unit_test(only_listed_hosts_are_allowed),
        cmocka_unit_test(bad_entries_are_refused),
        cmocka_unit_test(the_list_has_an_end),
        cmocka_unit_test(peers_are_what_the_host_may_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "command/outlook.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "quota/forecast.h"
#include "quota/limiter.h"

struct outlook {
    struct limiter *limiter; /* NULL: nothing has been spent */
    int64_t now_ns;
    struct forecast_need *needs;
    char (*keys)[LIMITER_KEY_MAX + 1]; /* of the needs */
    size_t count;
    size_t size;
};

bool outlook_open(const char *path, int64_t now_ns, struct outlook **ret_outlook,
                  struct error *err)
{
    AUTO(outlook_freep) struct outlook *o = calloc(1, sizeof *o);
    if (!o)
        return error_memory(err);
    o->now_ns = now_ns;
    if (file_exists(path) && !limiter_open(path, &o->limiter, err))
        return false;
    *ret_outlook = steal(&o);
    return true;
}

void outlook_free(struct outlook *o)
{
    if (!o)
        return;
    limiter_close(o->limiter);
    free(o->needs);
    free(o->keys);
    free(o);
}

static bool grow(struct outlook *o, struct error *err)
{
    if (o->count < o->size)
        return true;
    size_t size = o->size ? 2 * o->size : 16;
    void *needs = realloc(o->needs, size * sizeof *o->needs);
    if (needs)
        o->needs = needs;
    void *keys = realloc(o->keys, size * sizeof *o->keys);
    if (keys)
        o->keys = keys;
    if (!needs || !keys)
        return error_memory(err);
    o->size = size;
    return true;
}

/* What is to be spent of the bucket of that key. */
static bool find(struct outlook *o, const char *key, const struct bucket_rule *rule,
                 struct forecast_need **ret_need, struct error *err)
{
    for (size_t i = 0; i < o->count; i++) {
        if (strcmp(o->keys[i], key) == 0) {
            *ret_need = &o->needs[i];
            return true;
        }
    }
    struct limiter_state state = {0};
    if (!grow(o, err) ||
        (o->limiter && !limiter_state(o->limiter, key, rule, o->now_ns, &state, err)))
        return false;
    memcpy(o->keys[o->count], key, strlen(key) + 1);
    *ret_need = &o->needs[o->count++];
    **ret_need = (struct forecast_need){.rule = *rule, .bucket = state.bucket};
    return true;
}

static uint64_t add_product(uint64_t sum, uint64_t a, uint64_t b)
{
    uint64_t product;
    if (__builtin_mul_overflow(a, b, &product) || __builtin_add_overflow(sum, product, &sum))
        return UINT64_MAX;
    return sum;
}

bool outlook_add(struct outlook *o, const struct settings *s, const char *account,
                 const uint64_t cost[MANIFEST_BUCKETS_MAX], uint64_t times, struct error *err)
{
    for (size_t i = 0; i < settings_manifest(s)->bucket_count; i++) {
        const struct bucket_rule *rule = settings_bucket(s, i);
        char key[LIMITER_KEY_MAX + 1];
        struct forecast_need *need;
        if (!rule || cost[i] == 0 || times == 0)
            continue;
        settings_quota_key(s, account, i, key);
        if (!find(o, key, rule, &need, err))
            return false;
        need->amount = add_product(need->amount, cost[i], times);
    }
    return true;
}

int64_t outlook_finish_ns(const struct outlook *o)
{
    return forecast_finish(o->needs, o->count, o->now_ns);
}

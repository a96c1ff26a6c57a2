/* SPDX-License-Identifier: Apache-2.0 */
#include "command/progress.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

#define DRAW_EVERY_NS (CLOCK_SECOND_NS / 10)
#define LINE_EVERY_NS (60 * CLOCK_SECOND_NS)

enum { BAR_WIDTH = 20, LINE_SIZE = 240 };

struct progress {
    struct watch watch;
    pthread_mutex_t lock; /* recursive: what is said under it may be logged, and so be drawn */
    bool quiet;
    bool terminal;
    bool drawn;
    int64_t started_ns; /* monotonic, all three */
    int64_t last_ns;
    uint64_t records;
    uint64_t expected;
    uint64_t bytes;
    uint64_t loaded;
    uint64_t published;
    uint64_t quota_used;
    uint64_t quota_capacity; /* 0: no limit */
    bool malformed; /* that a header makes no sense has been said */
};

/* The one that draws, for the log handler, which has no context of its own. */
static struct progress *drawing;

static void erase(struct progress *p)
{
    if (p->drawn)
        fputs("\r\033[K", stderr);
    p->drawn = false;
}

static void above_the_line(enum log_level level, const char *line)
{
    (void)level;
    pthread_mutex_lock(&drawing->lock);
    erase(drawing);
    fprintf(stderr, "%s\n", line);
    pthread_mutex_unlock(&drawing->lock);
}

static void format_left(const struct progress *p, double seconds, char *out, size_t size)
{
    if (!p->expected || !p->records || p->records >= p->expected) {
        snprintf(out, size, " ");
        return;
    }
    double left = seconds * (double)(p->expected - p->records) / (double)p->records;
    snprintf(out, size, "  %d:%02d left", (int)left / 60, (int)left % 60);
}

static void draw(struct progress *p, double seconds)
{
    char bar[BAR_WIDTH + 1] = "";
    if (p->expected) {
        size_t full = (size_t)(BAR_WIDTH * p->records / p->expected);
        for (size_t i = 0; i < BAR_WIDTH; i++)
            bar[i] = i < full ? '#' : '.';
    }
    char left[40], quota[64] = "", published[40] = "";
    if (p->published)
        snprintf(published, sizeof published, ", %llu published",
                 (unsigned long long)p->published);
    format_left(p, seconds, left, sizeof left);
    if (p->quota_capacity)
        snprintf(quota, sizeof quota, ", quota %llu of %llu", (unsigned long long)p->quota_used,
                 (unsigned long long)p->quota_capacity);
    fprintf(stderr, "\r\033[K%s %llu records, %.0f/s, %.1f MB, %llu loaded%s%s%s", bar,
            (unsigned long long)p->records, (double)p->records / seconds,
            (double)p->bytes / 1e6, (unsigned long long)p->loaded, published, quota, left);
    fflush(stderr);
    p->drawn = true;
}

static void tell(struct progress *p)
{
    int64_t now = clock_monotonic_ns();
    if (p->quiet || now - p->last_ns < (p->terminal ? DRAW_EVERY_NS : LINE_EVERY_NS))
        return;
    p->last_ns = now;
    double seconds = (double)(now - p->started_ns) / (double)CLOCK_SECOND_NS;
    if (p->terminal)
        draw(p, seconds);
    else
        log_info("run.progress",
                 "records=%llu expected=%llu rate=%.0f/s bytes=%llu loaded=%llu published=%llu "
                 "quota=%llu/%llu",
                 (unsigned long long)p->records, (unsigned long long)p->expected,
                 (double)p->records / seconds, (unsigned long long)p->bytes,
                 (unsigned long long)p->loaded, (unsigned long long)p->published,
                 (unsigned long long)p->quota_used, (unsigned long long)p->quota_capacity);
}

static void on_page(void *context, const struct watch_page *page)
{
    struct progress *p = context;
    pthread_mutex_lock(&p->lock);
    p->records += page->records;
    p->expected = page->expected_records;
    p->bytes += page->decoded_bytes;
    p->quota_used = page->quota_used;
    p->quota_capacity = page->quota_capacity;
    tell(p);
    pthread_mutex_unlock(&p->lock);
}

static void on_delivered(void *context, const char *sink, const char *stream, uint64_t rows)
{
    (void)stream;
    struct progress *p = context;
    pthread_mutex_lock(&p->lock);
    *(strcmp(sink, "kafka") == 0 ? &p->published : &p->loaded) += rows;
    tell(p);
    pthread_mutex_unlock(&p->lock);
}

static void on_waiting(void *context, const char *why, int64_t until_ns)
{
    struct progress *p = context;
    if (p->quiet)
        return;
    char until[CLOCK_RFC3339_SIZE];
    /* up to the next whole second: never before it is over */
    clock_format_rfc3339((until_ns + CLOCK_SECOND_NS - 1) / CLOCK_SECOND_NS * CLOCK_SECOND_NS,
                         until);
    pthread_mutex_lock(&p->lock);
    log_info("quota.wait", "until=%s why=\"%s\"", until, why);
    pthread_mutex_unlock(&p->lock);
}

static void on_retrying(void *context, const struct error *cause, unsigned attempt,
                        int64_t wait_ns)
{
    struct progress *p = context;
    char wait[32];
    text_format_duration(wait_ns, wait, sizeof wait);
    pthread_mutex_lock(&p->lock);
    log_warning("request.retry", "attempt=%u wait=%s cause=\"%s\"", attempt, wait, cause->text);
    pthread_mutex_unlock(&p->lock);
}

static void on_version(void *context, const struct version_notice *notice)
{
    struct progress *p = context;
    pthread_mutex_lock(&p->lock);
    if (*notice->served)
        log_warning("api.version_differs",
                    "asked=%s served=\"%s\" the service answers in another version than it was "
                    "asked for: set api_version to one that is there",
                    notice->asked, notice->served);
    if (*notice->warning)
        log_warning("api.version_warning", "asked=%s says=\"%s\"", notice->asked,
                    notice->warning);
    pthread_mutex_unlock(&p->lock);
}

/* Once a run: such a header comes with every answer. */
static void on_malformed(void *context, const char *header, const struct error *why)
{
    struct progress *p = context;
    pthread_mutex_lock(&p->lock);
    if (!p->malformed)
        log_warning("quota.header_malformed",
                    "header=%s cause=\"%s\" what the service says about its limit is ignored: "
                    "look for a newer release",
                    header, why->text);
    p->malformed = true;
    pthread_mutex_unlock(&p->lock);
}

static void on_renewed(void *context, const char *names)
{
    struct progress *p = context;
    pthread_mutex_lock(&p->lock);
    log_warning("credentials.renewed",
                "secrets=\"%s\" the service refused them, and others stand where they are "
                "referred to: the run goes on with these",
                names);
    pthread_mutex_unlock(&p->lock);
}

struct progress *progress_new(bool quiet)
{
    struct progress *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    const char *term = getenv("TERM");
    p->quiet = quiet;
    p->terminal = !quiet && isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0;
    p->started_ns = p->last_ns = clock_monotonic_ns();
    p->watch = (struct watch){p,           on_page,    on_delivered, on_waiting,
                              on_retrying, on_version, on_malformed, on_renewed};
    pthread_mutexattr_t recursive;
    pthread_mutexattr_init(&recursive);
    pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&p->lock, &recursive);
    pthread_mutexattr_destroy(&recursive);
    if (p->terminal) {
        drawing = p;
        log_set_handler(above_the_line);
    }
    return p;
}

void progress_free(struct progress *p)
{
    if (!p)
        return;
    if (p->terminal) {
        erase(p);
        log_set_handler(NULL);
        drawing = NULL;
    }
    pthread_mutex_destroy(&p->lock);
    free(p);
}

const struct watch *progress_watch(struct progress *p)
{
    return &p->watch;
}

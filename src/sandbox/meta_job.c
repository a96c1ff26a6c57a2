/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/meta_job.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/splitmix.h"

enum {
    DAY_S = 86400,
    SECONDS_MAX = DAY_S,
    DAYS_MAX = 3650,
    TIMES_MAX = 1000,
    ROWS_MAX = 1000000000,
    RUNS_MAX = 10000000, /* numbers that an id has room for */
    /* thousandths of the way */
    STARTED = 100,
    RUNNING = 200,
    STUCK = 420,
    HUNDRED = 900,
    THE_END = 1000,
    HUNDRED_POLLS = 3, /* more of one that stays at 100 % */
    LATE_READS = 3,
    FAILED_PERCENT = 71,
    HUNDRED_SOON = 99,
};

#define AT(member) offsetof(struct meta_job_rules, member)

static const struct setting rows[] = {
    {"job_seconds", NULL, 0, SECONDS_MAX, 0, AT(seconds),
     "a report run takes this long, half as long more or less"},
    {"job_polls", NULL, 0, TIMES_MAX, 0, AT(polls),
     "polls that find a run unfinished, however long ago it was made"},
    {"job_race", NULL, 0, TIMES_MAX, 0, AT(race),
     "polls after which a new run is known (100/33 before)"},
    {"job_late", NULL, 0, TIMES_MAX, 0, AT(late),
     "reads after which results of a completed run come (2601/1815107 before)"},
    {"async_rows", NULL, 0, ROWS_MAX, 0, AT(rows),
     "rows of 10 fields beyond which a run fails as too large; 0: no limit"},
    {"job_limit", NULL, 0, META_JOBS_MAX, 0, AT(limit),
     "unfinished runs of an account beyond which none is taken (4/1504039); 0: no limit"},
    {"job_days", NULL, 1, DAYS_MAX, 30, AT(days), "days that a run is known"},
    {"job_id", "text|number", 0, 0, META_JOB_ID_TEXT, AT(id), "what report_run_id is"},
    {"reach_runs", NULL, 0, TIMES_MAX, 10, AT(reach),
     "runs of an account in 24 hours that have reach by breakdown of days older than 13 "
     "months; "
     "others lack it"},
};

struct settings_group meta_job_settings_group(struct meta_job_rules *values)
{
    return (struct settings_group){rows, sizeof rows / sizeof *rows, values};
}

struct meta_job {
    struct meta_job_order order;
    char *query;
    int64_t created_s;
    int64_t takes_s;
    int64_t ready_s; /* when the poll came that was to be waited for */
    uint64_t asked; /* polls, those that found nothing too */
    uint64_t reads; /* of results, those that came too early too */
    uint64_t pages; /* that were read */
    bool cancelled;
    bool reach; /* it has it, though its days are too old */
};

/* --- how far a run is --- */

static int64_t max_of(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static bool is_known(const struct meta_jobs *jobs, const struct meta_job *job, int64_t now_s)
{
    return !job->cancelled && job->order.fate != META_JOB_GONE &&
           now_s - job->created_s < jobs->rules.days * DAY_S;
}

static int64_t polls_needed(const struct meta_jobs *jobs, const struct meta_job *job)
{
    bool longer = job->order.fate == META_JOB_STAYS_AT_HUNDRED;
    return jobs->rules.race + jobs->rules.polls + (longer ? HUNDRED_POLLS : 0);
}

static int64_t time_needed(const struct meta_job *job)
{
    return job->order.fate == META_JOB_STAYS_AT_HUNDRED ? 2 * job->takes_s : job->takes_s;
}

static int64_t way_by_polls(int64_t asked, int64_t needed)
{
    if (asked > needed || needed == 0)
        return THE_END;
    return asked > 0 ? (asked - 1) * THE_END / needed : 0;
}

/* Thousandths of the way to where it would be done. */
static int64_t way_of(const struct meta_jobs *jobs, const struct meta_job *job, int64_t now_s)
{
    int64_t passed = now_s - job->created_s;
    int64_t needed = time_needed(job);
    int64_t by_time = passed >= needed ? THE_END : max_of(passed, 0) * THE_END / needed;
    int64_t by_polls = way_by_polls((int64_t)job->asked, polls_needed(jobs, job));
    if (job->order.fate == META_JOB_STAYS_AT_HUNDRED && by_polls < THE_END)
        by_polls = HUNDRED;
    return by_time < by_polls ? by_time : by_polls;
}

static void run_on(const struct meta_job *job, int64_t way, struct meta_job_view *view)
{
    static const struct {
        int from;
        const char *status;
    } steps[] = {{RUNNING, "Job Running"}, {STARTED, "Job Started"}, {0, "Job Not Started"}};
    if (job->order.fate == META_JOB_STAYS_AT_ZERO)
        way = 0;
    if (job->order.fate == META_JOB_STAYS_RUNNING && way > STUCK)
        way = STUCK;
    if (job->order.fate == META_JOB_STAYS_AT_HUNDRED && way >= STUCK)
        way = HUNDRED;
    size_t i = 0;
    while (way < steps[i].from)
        i++;
    view->status = steps[i].status;
    int most = job->order.fate == META_JOB_EARLY ? HUNDRED_SOON : 100;
    view->percent = way >= HUNDRED ? most : (int)(way * most / HUNDRED);
    view->running = way >= RUNNING;
    view->half = job->order.fate == META_JOB_EARLY && way >= RUNNING;
    if (view->half)
        view->status = "Job Completed";
}

static void end(const struct meta_job *job, struct meta_job_view *view)
{
    static const struct {
        enum meta_job_fate fate;
        const char *status;
        int percent;
        bool failed;
    } ends[] = {
        {META_JOB_FAILS, "Job Failed", FAILED_PERCENT, true},
        {META_JOB_FAILS_AT_ONCE, "Job Failed", 0, false},
        {META_JOB_TOO_LARGE, "Job Failed", 0, true},
        {META_JOB_SKIPPED, "Job Skipped", 0, false},
    };
    view->status = "Job Completed";
    view->percent = 100;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (ends[i].fate == job->order.fate) {
            view->status = ends[i].status;
            view->percent = ends[i].percent;
            view->failed = ends[i].failed;
            return;
        }
    view->completed_s = max_of(job->created_s + time_needed(job), job->ready_s);
    view->running = view->completed_s % 2 == 1;
}

static bool never_ends(const struct meta_job *job)
{
    return job->order.fate == META_JOB_STAYS_AT_ZERO ||
           job->order.fate == META_JOB_STAYS_RUNNING;
}

static struct meta_job_view view_of(const struct meta_jobs *jobs, const struct meta_job *job,
                                    int64_t now_s)
{
    struct meta_job_view view = {
        .order = job->order, .created_s = job->created_s, .reach = job->reach};
    view.order.query = NULL;
    int64_t way = way_of(jobs, job, now_s);
    bool at_once = job->order.fate == META_JOB_FAILS_AT_ONCE;
    if (at_once || (way == THE_END && !never_ends(job)))
        end(job, &view);
    else
        run_on(job, way, &view);
    return view;
}

static bool is_unfinished(const struct meta_jobs *jobs, const struct meta_job *job,
                          int64_t now_s)
{
    return is_known(jobs, job, now_s) && job->order.fate != META_JOB_FAILS_AT_ONCE &&
           (never_ends(job) || way_of(jobs, job, now_s) < THE_END);
}

static bool is_orphan(const struct meta_jobs *jobs, const struct meta_job *job, int64_t now_s)
{
    return is_known(jobs, job, now_s) && job->pages == 0 &&
           view_of(jobs, job, now_s).completed_s > 0;
}

/* --- the runs that are kept --- */

bool meta_jobs_init(struct meta_jobs *jobs, const struct meta_job_rules *rules, uint64_t seed,
                    struct error *err)
{
    *jobs = (struct meta_jobs){
        .rules = *rules,
        .seed = seed,
        .slots = calloc(META_JOBS_MAX, sizeof *jobs->slots),
    };
    pthread_mutex_init(&jobs->mutex, NULL);
    return jobs->slots || error_memory(err);
}

static struct meta_job *slot_of(const struct meta_jobs *jobs, uint32_t number)
{
    return &jobs->slots[number % META_JOBS_MAX];
}

static void drop_oldest(struct meta_jobs *jobs)
{
    struct meta_job *job = slot_of(jobs, jobs->oldest++);
    jobs->bytes -= strlen(job->query);
    free(job->query);
    *job = (struct meta_job){0};
}

void meta_jobs_done(struct meta_jobs *jobs)
{
    while (jobs->slots && jobs->oldest < jobs->next)
        drop_oldest(jobs);
    free(jobs->slots);
    jobs->slots = NULL;
    pthread_mutex_destroy(&jobs->mutex);
}

/* NULL: it was never made, or is not kept any more. */
static struct meta_job *find(const struct meta_jobs *jobs, struct meta_node run)
{
    if (run.kind != META_RUN || run.index < jobs->oldest || run.index >= jobs->next)
        return NULL;
    struct meta_job *job = slot_of(jobs, run.index);
    return job->order.node.account == run.account ? job : NULL;
}

static int64_t draw_seconds(const struct meta_jobs *jobs, uint32_t number)
{
    uint64_t state = jobs->seed ^ splitmix_mix(number + 1);
    return jobs->rules.seconds / 2 + splitmix_below(&state, (uint32_t)jobs->rules.seconds + 1);
}

static bool is_full(const struct meta_jobs *jobs, uint32_t account, int64_t now_s)
{
    int64_t count = 0;
    if (jobs->rules.limit == 0)
        return false;
    for (uint32_t n = jobs->oldest; n < jobs->next; n++) {
        const struct meta_job *job = slot_of(jobs, n);
        count += job->order.node.account == account && is_unfinished(jobs, job, now_s);
    }
    return count >= jobs->rules.limit;
}

static bool may_have_reach(const struct meta_jobs *jobs, const struct meta_job_order *order,
                           int64_t now_s)
{
    int64_t count = 0;
    for (uint32_t n = jobs->oldest; n < jobs->next; n++) {
        const struct meta_job *job = slot_of(jobs, n);
        count += job->order.node.account == order->node.account && job->reach &&
                 now_s - job->created_s < DAY_S;
    }
    return order->old_reach && count < jobs->rules.reach;
}

static enum meta_error create(struct meta_jobs *jobs, const struct meta_job_order *order,
                              int64_t now_s, uint32_t *ret_number)
{
    if (is_full(jobs, order->node.account, now_s))
        return META_ERROR_INSIGHTS_ACCOUNT_LIMIT;
    char *query = jobs->next < RUNS_MAX ? strdup(order->query) : NULL;
    if (!query)
        return META_ERROR_UNKNOWN;
    bool reach = may_have_reach(jobs, order, now_s);
    size_t len = strlen(query);
    while (jobs->oldest < jobs->next && (jobs->next - jobs->oldest == META_JOBS_MAX ||
                                         jobs->bytes + len > META_JOBS_BYTES_MAX))
        drop_oldest(jobs);
    struct meta_job *job = slot_of(jobs, jobs->next);
    *job = (struct meta_job){
        .order = *order,
        .query = query,
        .created_s = now_s,
        .takes_s = draw_seconds(jobs, jobs->next),
        .reach = reach,
    };
    job->order.query = NULL;
    jobs->bytes += len;
    *ret_number = jobs->next++;
    return META_ERROR_NONE;
}

enum meta_error meta_jobs_create(struct meta_jobs *jobs, const struct meta_job_order *order,
                                 int64_t now_s, uint32_t *ret_number)
{
    pthread_mutex_lock(&jobs->mutex);
    enum meta_error what = create(jobs, order, now_s, ret_number);
    pthread_mutex_unlock(&jobs->mutex);
    return what;
}

static bool ask(struct meta_jobs *jobs, struct meta_job *job, int64_t now_s,
                struct meta_job_view *ret_view)
{
    if (!job || !is_known(jobs, job, now_s))
        return false;
    job->asked++;
    if ((int64_t)job->asked == polls_needed(jobs, job) + 1 && job->asked > 1)
        job->ready_s = now_s;
    if ((int64_t)job->asked <= jobs->rules.race)
        return false;
    *ret_view = view_of(jobs, job, now_s);
    return true;
}

bool meta_jobs_poll(struct meta_jobs *jobs, struct meta_node run, int64_t now_s,
                    struct meta_job_view *ret_view)
{
    pthread_mutex_lock(&jobs->mutex);
    bool known = ask(jobs, find(jobs, run), now_s, ret_view);
    pthread_mutex_unlock(&jobs->mutex);
    return known;
}

static enum meta_error take_results(struct meta_jobs *jobs, struct meta_job *job, int64_t now_s,
                                    struct meta_job_view *ret_view, struct buffer *ret_query)
{
    if (!job || !is_known(jobs, job, now_s))
        return META_ERROR_UNSEEN;
    struct meta_job_view view = view_of(jobs, job, now_s);
    if (view.completed_s == 0 && !view.half)
        return META_ERROR_JOB_NOT_READY;
    int64_t late = jobs->rules.late;
    if (job->order.fate == META_JOB_LATE)
        late += LATE_READS;
    if ((int64_t)++job->reads <= late)
        return META_ERROR_JOB_NOT_READY;
    if (!buffer_append_text(ret_query, job->query) || !buffer_text(ret_query))
        return META_ERROR_UNKNOWN;
    *ret_view = view;
    return META_ERROR_NONE;
}

enum meta_error meta_jobs_read(struct meta_jobs *jobs, struct meta_node run, int64_t now_s,
                               struct meta_job_view *ret_view, struct buffer *ret_query)
{
    pthread_mutex_lock(&jobs->mutex);
    enum meta_error what = take_results(jobs, find(jobs, run), now_s, ret_view, ret_query);
    pthread_mutex_unlock(&jobs->mutex);
    return what;
}

void meta_jobs_count_page(struct meta_jobs *jobs, struct meta_node run)
{
    pthread_mutex_lock(&jobs->mutex);
    struct meta_job *job = find(jobs, run);
    if (job)
        job->pages++;
    pthread_mutex_unlock(&jobs->mutex);
}

bool meta_jobs_cancel(struct meta_jobs *jobs, struct meta_node run, int64_t now_s)
{
    pthread_mutex_lock(&jobs->mutex);
    struct meta_job *job = find(jobs, run);
    bool known = job && is_known(jobs, job, now_s);
    if (known) {
        job->cancelled = true;
        jobs->cancelled++;
    }
    pthread_mutex_unlock(&jobs->mutex);
    return known;
}

/* --- what tests look at --- */

static const char *const fates[META_JOB_FATES] = {
    [META_JOB_GOOD] = "good",
    [META_JOB_FAILS] = "failed",
    [META_JOB_FAILS_AT_ONCE] = "failed-at-once",
    [META_JOB_TOO_LARGE] = "large",
    [META_JOB_SKIPPED] = "skipped",
    [META_JOB_STAYS_AT_ZERO] = "zero",
    [META_JOB_STAYS_RUNNING] = "stuck",
    [META_JOB_STAYS_AT_HUNDRED] = "hundred",
    [META_JOB_LATE] = "late",
    [META_JOB_EARLY] = "early",
    [META_JOB_EMPTY] = "empty",
    [META_JOB_GONE] = "gone",
};

bool meta_job_find_fate(const char *name, enum meta_job_fate *ret_fate)
{
    for (int i = 0; i < META_JOB_FATES; i++)
        if (strcmp(fates[i], name) == 0) {
            *ret_fate = (enum meta_job_fate)i;
            return true;
        }
    return false;
}

static uint64_t digest_of(const char *text)
{
    uint64_t digest = 0;
    for (const char *c = text; *c; c++)
        digest = splitmix_mix(digest * SPLITMIX_STEP + (unsigned char)*c + 1);
    return digest;
}

static bool append_job(const struct meta_jobs *jobs, uint32_t number,
                       const struct meta_world *world, int64_t now_s, struct buffer *out)
{
    const struct meta_job *job = slot_of(jobs, number);
    char id[META_WORLD_ID_SIZE], node[META_WORLD_ID_SIZE], account[META_WORLD_ID_SIZE];
    meta_world_write_id(world, (struct meta_node){META_RUN, job->order.node.account, number},
                        id);
    meta_world_write_id(world, job->order.node, node);
    meta_world_write_id(world, (struct meta_node){META_ACCOUNT, job->order.node.account, 0},
                        account);
    const char *status = view_of(jobs, job, now_s).status;
    if (!is_known(jobs, job, now_s))
        status = job->cancelled ? "cancelled" : "gone";
    return buffer_printf(out,
                         "{\"id\":\"%s\",\"account\":\"act_%s\",\"node\":\"%s\",\"query\":"
                         "\"%016" PRIx64 "\",\"parameters\":\"%s\",\"fate\":\"%s\",\"status\":"
                         "\"%s\",\"polls\":%" PRIu64 ",\"pages\":%" PRIu64 "}",
                         id, account, node, digest_of(job->query), job->query,
                         fates[job->order.fate], status, job->asked, job->pages);
}

bool meta_jobs_list(struct meta_jobs *jobs, const struct meta_world *world, int64_t now_s,
                    struct buffer *out)
{
    pthread_mutex_lock(&jobs->mutex);
    bool fits = buffer_append_byte(out, '[');
    for (uint32_t n = jobs->oldest; n < jobs->next && fits; n++)
        fits = (n == jobs->oldest || buffer_append_text(out, ",\n")) &&
               append_job(jobs, n, world, now_s, out);
    pthread_mutex_unlock(&jobs->mutex);
    return fits && buffer_append_byte(out, ']');
}

bool meta_jobs_stats(struct meta_jobs *jobs, int64_t now_s, struct buffer *out)
{
    pthread_mutex_lock(&jobs->mutex);
    uint32_t unfinished = 0, orphaned = 0;
    for (uint32_t n = jobs->oldest; n < jobs->next; n++) {
        unfinished += is_unfinished(jobs, slot_of(jobs, n), now_s);
        orphaned += is_orphan(jobs, slot_of(jobs, n), now_s);
    }
    uint32_t created = jobs->next;
    uint64_t cancelled = jobs->cancelled;
    pthread_mutex_unlock(&jobs->mutex);
    return buffer_printf(out,
                         "{\"created\":%" PRIu32 ",\"cancelled\":%" PRIu64
                         ",\"unfinished\":%" PRIu32 ",\"orphaned\":%" PRIu32 "}",
                         created, cancelled, unfinished, orphaned);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/control.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "codec/json.h"

enum { ANSWER_MAX = 64 * 1024 };

static const char content_type[] = "application/json; charset=utf-8";

static bool answer_wrong(struct reply *reply, int status, const char *text)
{
    AUTO(buffer_done) struct buffer body;
    buffer_init(&body, ANSWER_MAX);
    return buffer_append_text(&body, "{\"error\":") &&
           json_append_quoted(&body, text, strlen(text)) && buffer_append_byte(&body, '}') &&
           reply_text(reply, status, content_type, body.data, body.len);
}

/* What every good answer is: statistics and the time. */
static bool answer_state(const struct control *control, struct reply *reply)
{
    AUTO(buffer_done) struct buffer body;
    buffer_init(&body, ANSWER_MAX);
    char now[CLOCK_RFC3339_SIZE];
    clock_format_rfc3339(timeline_now_ns(control->timeline), now);
    return buffer_printf(&body, "{\"now\":\"%s\",", now) &&
           tally_format(control->tally, &body) && control->stats(control->context, &body) &&
           buffer_append_byte(&body, '}') &&
           reply_text(reply, 200, content_type, body.data, body.len);
}

static bool get(const struct server_request *request, const char *name, struct buffer *scratch)
{
    buffer_clear(scratch);
    return server_parameter(request, name, scratch) && buffer_text(scratch);
}

static bool call_stats(const struct control *control, const struct server_request *request,
                       struct reply *reply)
{
    (void)request;
    return answer_state(control, reply);
}

static bool call_clock(const struct control *control, const struct server_request *request,
                       struct reply *reply)
{
    AUTO(buffer_done) struct buffer text;
    buffer_init(&text, SERVER_PARAMETER_MAX);
    int64_t ns;
    if (get(request, "advance", &text)) {
        if (!text_parse_duration((char *)text.data, &ns))
            return answer_wrong(reply, 400, "advance: a duration is expected, as 300s or 5m");
        timeline_advance(control->timeline, ns);
    } else if (get(request, "set", &text)) {
        if (!clock_parse_rfc3339((char *)text.data, &ns))
            return answer_wrong(reply, 400, "set: an RFC 3339 time is expected");
        timeline_set(control->timeline, ns);
    } else {
        return answer_wrong(reply, 400, "advance or set is expected");
    }
    return answer_state(control, reply);
}

static bool call_fault(const struct control *control, const struct server_request *request,
                       struct reply *reply)
{
    AUTO(buffer_done) struct buffer spec;
    buffer_init(&spec, SERVER_PARAMETER_MAX);
    struct error err;
    if (!get(request, "spec", &spec))
        fault_clear(control->faults);
    else if (!fault_add(control->faults, (char *)spec.data, &err))
        return answer_wrong(reply, 400,
                            text_is_utf8(err.text, strlen(err.text)) ? err.text : "");
    return answer_state(control, reply);
}

static bool call_reset(const struct control *control, const struct server_request *request,
                       struct reply *reply)
{
    (void)request;
    tally_reset(control->tally);
    fault_clear(control->faults);
    control->reset(control->context);
    return answer_state(control, reply);
}

static const struct {
    const char *method;
    const char *path;
    bool (*call)(const struct control *, const struct server_request *, struct reply *);
} calls[] = {
    {"GET", "/_sandbox/stats", call_stats},
    {"POST", "/_sandbox/clock", call_clock},
    {"POST", "/_sandbox/fault", call_fault},
    {"POST", "/_sandbox/reset", call_reset},
};

bool control_owns(const char *path)
{
    return text_starts_with(path, "/_sandbox/");
}

bool control_answer(const struct control *control, const struct server_request *request,
                    struct reply *reply)
{
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        if (strcmp(request->path, calls[i].path) != 0)
            continue;
        if (strcmp(request->method, calls[i].method) != 0)
            return answer_wrong(reply, 405, calls[i].method);
        return calls[i].call(control, request, reply);
    }
    if (control->call(control->context, request, reply))
        return true;
    return answer_wrong(reply, 404, "no such call; extract-sandbox --help lists them");
}

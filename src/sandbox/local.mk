# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += src/sandbox/libsandbox.a
src_sandbox_libsandbox_a_SOURCES = \
    src/sandbox/access_log.c src/sandbox/access_log.h \
    src/sandbox/allowance.c src/sandbox/allowance.h \
    src/sandbox/api_settings.c src/sandbox/api_settings.h \
    src/sandbox/arguments.c src/sandbox/arguments.h \
    src/sandbox/body.c src/sandbox/body.h \
    src/sandbox/calendar.h \
    src/sandbox/control.c src/sandbox/control.h \
    src/sandbox/fault.c src/sandbox/fault.h \
    src/sandbox/gzip.c src/sandbox/gzip.h \
    src/sandbox/hostile.c src/sandbox/hostile.h \
    src/sandbox/journal.c src/sandbox/journal.h \
    src/sandbox/letters.c src/sandbox/letters.h \
    src/sandbox/lexicon.c src/sandbox/lexicon.h \
    src/sandbox/mdhash.c src/sandbox/mdhash.h \
    src/sandbox/meta.c src/sandbox/meta.h \
    src/sandbox/meta_advice.c src/sandbox/meta_advice.h \
    src/sandbox/meta_auth.c src/sandbox/meta_auth.h \
    src/sandbox/meta_batch.c src/sandbox/meta_batch.h \
    src/sandbox/meta_breakdown.c src/sandbox/meta_breakdown.h \
    src/sandbox/meta_call.c src/sandbox/meta_call.h \
    src/sandbox/meta_column.c src/sandbox/meta_column.h \
    src/sandbox/meta_cursor.c src/sandbox/meta_cursor.h \
    src/sandbox/meta_debug.c src/sandbox/meta_debug.h \
    src/sandbox/meta_edge.c src/sandbox/meta_edge.h \
    src/sandbox/meta_ended.c src/sandbox/meta_ended.h \
    src/sandbox/meta_entity.c src/sandbox/meta_entity.h \
    src/sandbox/meta_error.c src/sandbox/meta_error.h \
    src/sandbox/meta_fields.c src/sandbox/meta_fields.h \
    src/sandbox/meta_filter.c src/sandbox/meta_filter.h \
    src/sandbox/meta_insights.c src/sandbox/meta_insights.h \
    src/sandbox/meta_job.c src/sandbox/meta_job.h \
    src/sandbox/meta_keys.c src/sandbox/meta_keys.h \
    src/sandbox/meta_leak.c src/sandbox/meta_leak.h \
    src/sandbox/meta_limits.c src/sandbox/meta_limits.h \
    src/sandbox/meta_metrics.c src/sandbox/meta_metrics.h \
    src/sandbox/meta_name.c src/sandbox/meta_name.h \
    src/sandbox/meta_out.h \
    src/sandbox/meta_page.c src/sandbox/meta_page.h \
    src/sandbox/meta_params.c src/sandbox/meta_params.h \
    src/sandbox/meta_query.c src/sandbox/meta_query.h \
    src/sandbox/meta_report.c src/sandbox/meta_report.h \
    src/sandbox/meta_route.c src/sandbox/meta_route.h \
    src/sandbox/meta_rule.c src/sandbox/meta_rule.h \
    src/sandbox/meta_settings.c src/sandbox/meta_settings.h \
    src/sandbox/meta_shape.c src/sandbox/meta_shape.h \
    src/sandbox/meta_span.c src/sandbox/meta_span.h \
    src/sandbox/meta_throttle.c src/sandbox/meta_throttle.h \
    src/sandbox/meta_truth.c src/sandbox/meta_truth.h \
    src/sandbox/meta_usage.c src/sandbox/meta_usage.h \
    src/sandbox/meta_version.c src/sandbox/meta_version.h \
    src/sandbox/meta_window.c src/sandbox/meta_window.h \
    src/sandbox/meta_world.c src/sandbox/meta_world.h \
    src/sandbox/meta_zone.c src/sandbox/meta_zone.h \
    src/sandbox/nation.c src/sandbox/nation.h \
    src/sandbox/pagekey.c src/sandbox/pagekey.h \
    src/sandbox/people_page.c src/sandbox/people_page.h \
    src/sandbox/people_query.c src/sandbox/people_query.h \
    src/sandbox/person.c src/sandbox/person.h \
    src/sandbox/person_json.c src/sandbox/person_json.h \
    src/sandbox/random_user.c src/sandbox/random_user.h \
    src/sandbox/recorded.c src/sandbox/recorded.h \
    src/sandbox/rendering.c src/sandbox/rendering.h \
    src/sandbox/reply.c src/sandbox/reply.h \
    src/sandbox/server.c src/sandbox/server.h \
    src/sandbox/service.h \
    src/sandbox/splitmix.h \
    src/sandbox/tally.c src/sandbox/tally.h \
    src/sandbox/tamper.c src/sandbox/tamper.h \
    src/sandbox/timeline.c src/sandbox/timeline.h
src_sandbox_libsandbox_a_CFLAGS = $(AM_CFLAGS) $(MICROHTTPD_CFLAGS) $(ZLIB_CFLAGS)
SANDBOX_LIBS = src/sandbox/libsandbox.a $(CODEC_LIBS) $(MICROHTTPD_LIBS) $(ZLIB_LIBS)

bin_PROGRAMS += extract-sandbox
extract_sandbox_SOURCES = src/sandbox/sandbox.c
extract_sandbox_LDADD = $(SANDBOX_LIBS)

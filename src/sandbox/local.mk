# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += src/sandbox/libsandbox.a
src_sandbox_libsandbox_a_SOURCES = \
    src/sandbox/allowance.c src/sandbox/allowance.h \
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

# SPDX-License-Identifier: Apache-2.0
# fuzz_X is the fuzzer (./configure CC=clang --enable-fuzzing), replay_X the same target fed with
# the files of corpus/X, which is a test.
if ENABLE_FUZZING
noinst_PROGRAMS += tests/fuzz/fuzz_scan tests/fuzz/fuzz_walk tests/fuzz/fuzz_zone
endif
tests_fuzz_fuzz_scan_SOURCES = tests/fuzz/fuzz_scan.c
tests_fuzz_fuzz_scan_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_scan_LDADD = $(RECORD_LIBS)

tests_fuzz_fuzz_walk_SOURCES = tests/fuzz/fuzz_walk.c
tests_fuzz_fuzz_walk_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_walk_LDADD = $(RECORD_LIBS)

tests_fuzz_fuzz_zone_SOURCES = tests/fuzz/fuzz_zone.c
tests_fuzz_fuzz_zone_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_zone_LDADD = $(BASE_LIBS)

check_PROGRAMS += tests/fuzz/replay_scan tests/fuzz/replay_walk tests/fuzz/replay_zone
TESTS += tests/fuzz/replay_scan tests/fuzz/replay_walk tests/fuzz/replay_zone
tests_fuzz_replay_scan_SOURCES = tests/fuzz/fuzz_scan.c tests/fuzz/replay.c
tests_fuzz_replay_scan_CPPFLAGS = $(AM_CPPFLAGS) -DREPLAY_CORPUS='"scan"'
tests_fuzz_replay_scan_LDADD = $(RECORD_LIBS)

tests_fuzz_replay_walk_SOURCES = tests/fuzz/fuzz_walk.c tests/fuzz/replay.c
tests_fuzz_replay_walk_CPPFLAGS = $(AM_CPPFLAGS) -DREPLAY_CORPUS='"walk"'
tests_fuzz_replay_walk_LDADD = $(RECORD_LIBS)

tests_fuzz_replay_zone_SOURCES = tests/fuzz/fuzz_zone.c tests/fuzz/replay.c
tests_fuzz_replay_zone_CPPFLAGS = $(AM_CPPFLAGS) -DREPLAY_CORPUS='"zone"'
tests_fuzz_replay_zone_LDADD = $(BASE_LIBS)

EXTRA_DIST += $(wildcard $(srcdir)/tests/fuzz/corpus/*/*)

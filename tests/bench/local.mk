# SPDX-License-Identifier: Apache-2.0
# make bench: figures compared in one run. BENCH_ROUNDS, BENCH_PAGES, BENCH_MANY_PAGES size it;
# make bench-facebook: BENCH_ROUNDS, BENCH_ROWS.
EXTRA_PROGRAMS += tests/bench/bench_postgres tests/bench/bench_produce \
    tests/bench/bench_scan tests/bench/bench_walk
tests_bench_bench_postgres_SOURCES = tests/bench/bench_postgres.c
tests_bench_bench_postgres_LDADD = $(SINK_LIBS)
tests_bench_bench_produce_SOURCES = tests/bench/bench_produce.c
tests_bench_bench_produce_LDADD = $(RDKAFKA_LIBS)
tests_bench_bench_scan_SOURCES = tests/bench/bench_scan.c tests/bench/measure.c tests/bench/measure.h
tests_bench_bench_scan_LDADD = $(RECORD_LIBS)
tests_bench_bench_walk_SOURCES = tests/bench/bench_walk.c tests/bench/measure.c tests/bench/measure.h
tests_bench_bench_walk_LDADD = $(RECORD_LIBS)
CLEANFILES += tests/bench/bench_postgres$(EXEEXT) tests/bench/bench_produce$(EXEEXT) \
    tests/bench/bench_scan$(EXEEXT) tests/bench/bench_walk$(EXEEXT)
EXTRA_DIST += tests/bench/bench.py tests/bench/bench_facebook.py tests/bench/bench_kafka.py \
    tests/bench/peers/README.md tests/bench/peers/run \
    tests/bench/peers/sources/insights.json tests/bench/peers/schemas/insights/ads.json

bench: all tests/bench/bench_scan$(EXEEXT) tests/bench/bench_walk$(EXEEXT)
	EXTRACT_SRCDIR='$(abs_top_srcdir)' EXTRACT_BUILDDIR='$(abs_top_builddir)' \
	    python3 $(srcdir)/tests/bench/bench.py
bench-facebook: all
	EXTRACT_SRCDIR='$(abs_top_srcdir)' EXTRACT_BUILDDIR='$(abs_top_builddir)' \
	    python3 $(srcdir)/tests/bench/bench_facebook.py
bench-kafka: all tests/bench/bench_produce$(EXEEXT)
	EXTRACT_SRCDIR='$(abs_top_srcdir)' EXTRACT_BUILDDIR='$(abs_top_builddir)' \
	    python3 $(srcdir)/tests/bench/bench_kafka.py
.PHONY: bench bench-facebook bench-kafka

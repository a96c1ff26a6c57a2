# SPDX-License-Identifier: Apache-2.0
# Unit tests speak TAP (cmocka); scripts speak by exit status (77: skipped).
TEST_EXTENSIONS = .sh .py
SH_LOG_COMPILER = bash $(top_srcdir)/tests/case
PY_LOG_COMPILER = bash $(top_srcdir)/tests/case
LOG_COMPILER = bash $(top_srcdir)/tests/tap
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
AM_TESTS_ENVIRONMENT = \
    CMOCKA_MESSAGE_OUTPUT=TAP; export CMOCKA_MESSAGE_OUTPUT; \
    EXTRACT_SRCDIR='$(abs_top_srcdir)'; export EXTRACT_SRCDIR; \
    EXTRACT_BUILDDIR='$(abs_top_builddir)'; export EXTRACT_BUILDDIR; \
    EXTRACT_SHARED="$${EXTRACT_SHARED-$(abs_top_srcdir)/../shared}"; export EXTRACT_SHARED;

if HAVE_CMOCKA
include tests/unit/base.mk
include tests/unit/codec.mk
include tests/unit/crypto.mk
include tests/unit/db.mk
include tests/unit/net.mk
include tests/unit/quota.mk
include tests/unit/record.mk
include tests/unit/scan.mk
include tests/unit/segment.mk
include tests/unit/source.mk
include tests/unit/stage.mk
include tests/unit/audit.mk
include tests/unit/sink.mk
include tests/unit/sandbox.mk
include tests/unit/pipeline.mk
include tests/unit/command.mk
else
check-local:
	@echo "make check needs cmocka. On Debian: sudo apt-get install libcmocka-dev" >&2; exit 1
endif
include tests/house/local.mk
include tests/cases/local.mk
include tests/fuzz/local.mk
include tests/bench/local.mk
TESTS += tests/facebook/schemas.py
dist_check_SCRIPTS += tests/facebook/schemas.py
EXTRA_DIST += tests/case tests/tap tests/planted tests/postgres tests/powercut.c $(wildcard $(srcdir)/tests/*.sh $(srcdir)/tests/*.py $(srcdir)/tests/cases/* $(srcdir)/tests/facebook/* $(srcdir)/tests/kafka/*)

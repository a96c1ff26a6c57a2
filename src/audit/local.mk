# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += src/audit/libaudit.a
src_audit_libaudit_a_SOURCES = \
    src/audit/event.c src/audit/event.h \
    src/audit/export.c src/audit/export.h \
    src/audit/history.c src/audit/history.h \
    src/audit/tree.c src/audit/tree.h \
    src/audit/verify.c src/audit/verify.h

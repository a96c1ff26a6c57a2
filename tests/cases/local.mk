# SPDX-License-Identifier: Apache-2.0
# One scenario a file, named by the behaviour it guards.
case_tests =
TESTS += $(case_tests)

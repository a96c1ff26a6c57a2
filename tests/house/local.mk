# SPDX-License-Identifier: Apache-2.0
house_tests = \
    tests/house/banned.py \
    tests/house/cases.py \
    tests/house/docs.py \
    tests/house/examples.py \
    tests/house/format.sh \
    tests/house/layers.py \
    tests/house/libraries.py \
    tests/house/manual.sh \
    tests/house/sql.py
TESTS += $(house_tests)
dist_check_SCRIPTS += $(house_tests)

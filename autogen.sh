#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes ./configure from configure.ac; needed once after a checkout from git.
set -eu
cd "$(dirname "$0")"
command -v autoreconf >/dev/null || {
    echo "autogen.sh: autoreconf is missing: sudo apt-get install autoconf automake pkg-config" >&2
    exit 1
}
exec autoreconf --force --install --warnings=all,no-portability,no-obsolete

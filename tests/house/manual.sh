#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The man page and the completions are well-formed, each by the word of its own language.
. "$EXTRACT_SRCDIR/tests/lib.sh"

generate=$EXTRACT_BUILDDIR/src/command/generate
[[ -x $generate ]] || fail "$generate has not been built"

for text in man bash zsh fish; do
    expect 0 "$generate" "$text"
    silent err
    mv out "extract.$text"
done
expect 64 "$generate" ksh
silent out

expect 0 bash -n extract.bash
for shell in zsh fish; do
    command -v "$shell" >/dev/null || continue
    expect 0 "$shell" --no-execute "extract.$shell"
done

# in fill mode the length of an input line means nothing
command -v mandoc >/dev/null || skip "mandoc is not installed (Debian: mandoc)"
mandoc -T lint -W style extract.man | grep -v 'STYLE: input text line longer than 80 bytes' >complaints || :
[[ ! -s complaints ]] || fail "mandoc: $(cat complaints)"
mandoc -T ascii extract.man | sed 's/.\x08//g' >page
for section in NAME SYNOPSIS DESCRIPTION COMMANDS ENVIRONMENT FILES 'EXIT STATUS'; do
    grep -qx "$section" page || fail "the man page has no $section"
done

# SPDX-License-Identifier: Apache-2.0
# `keys init` makes one key, once, and only with a decision about a copy of it.
. "$EXTRACT_SRCDIR/tests/lib.sh"

SANDBOX=http://127.0.0.1:9
configure

expect 64 "$EXTRACT" keys init
says '--escrow FILE writes one.*--no-escrow keeps none'
[[ ! -e state ]] || fail "a key was made without a decision"

expect 0 "$EXTRACT" keys init --no-escrow
prints "^key [0-9a-f]{16}, made in $TMP_CASE/state/kek.key\$"
silent err
equal "$(stat -c %a state state/kek.key state/keyring.json | paste -sd ' ')" "700 600 600"
made=$(cat state/kek.key)
expect 0 "$EXTRACT" check
! grep -q escrow out || fail "the decision is asked for again: $(cat out)"

# again: the same key, and now a copy
expect 0 "$EXTRACT" keys init --escrow copy
prints "^key [0-9a-f]{16}, already there in $TMP_CASE/state/kek.key\$"
prints '^copy written to copy: move it off this machine now$'
equal "$(cat state/kek.key)" "$made" "another key"
equal "$(stat -c %a copy)" 600
equal "$(grep -v '^#' copy)" "$(grep -v '^#' <<<"$made")" "the copy"

# a copy never takes the place of a file, nor goes through a link
expect 74 "$EXTRACT" keys init --escrow copy
says 'copy: File exists'
ln -s elsewhere link
expect 74 "$EXTRACT" keys init --escrow link
[[ ! -e elsewhere ]] || fail "the copy went through a link"
expect 74 "$EXTRACT" keys init --escrow no/such/folder
equal "$(cat state/kek.key)" "$made" "another key"

expect 0 "$EXTRACT" keys init --escrow second --output json
summary 'keys_unsorted | sort | join(" ")' | grep -qx 'escrow kek made source' || fail "members: $(cat out)"
equal "$(summary '.made, .escrow' | paste -sd ' ')" "false second"

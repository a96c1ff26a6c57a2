# SPDX-License-Identifier: Apache-2.0
# Without any configuration the first run makes a key file, warns of its loss, and never again.
. "$EXTRACT_SRCDIR/tests/lib.sh"

sandbox
configure "users = 5"
expect 0 "$EXTRACT" check --source random_user
prints '^note +keys +made by the first run; settle the escrow copy before it: extract keys init --escrow FILE'
[[ ! -e state ]] || fail "check has made something"

expect 0 "$EXTRACT" --source random_user --quiet
says "warning key.made path=$TMP_CASE/state/kek.key without this file staged data cannot be read"
equal "$(wc -l <err)" 1 "lines"
equal "$(stat -c %a state/kek.key)" 600
! grep -qF "$(sed -n 's/^extract-kek-1 //p' state/kek.key)" err || fail "the key itself was logged"

expect 0 "$EXTRACT" --source random_user
! grep -q key.made err || fail "warned again"
expect 0 "$EXTRACT" check --source random_user
prints '^note +keys +[0-9a-f]{16} from .*no escrow copy: extract keys init --escrow FILE$'
expect 0 "$EXTRACT" keys init --escrow copy
expect 0 "$EXTRACT" check --source random_user
prints '^ok +keys '

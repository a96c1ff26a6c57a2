# SPDX-License-Identifier: Apache-2.0
# A restore: with the copy and the state folder everything is there again, without it nothing.
. "$EXTRACT_SRCDIR/tests/lib.sh"

sandbox --hostile unknown-field@3,postcode-float@5
configure "users = 40" "page_size = 20"
expect 0 "$EXTRACT" keys init --escrow copy
run 1 # two records are in quarantine
expect 0 "$EXTRACT" show --source random_user --limit 0
mv out before
equal "$(wc -l <before)" 38

rm state/kek.key
for command in "keys verify" "show --source random_user" "keys rotate" "keys init --no-escrow" "--source random_user"; do
    # shellcheck disable=SC2086  # a command line
    expect 77 "$EXTRACT" $command
    says "state/kek.key is missing: everything in .* is sealed with it. Put it back from the escrow copy"
    [[ ! -e state/kek.key ]] || fail "a new key was made beside what the old one sealed"
done

cp copy state/kek.key
expect 0 "$EXTRACT" keys verify
prints '^4 seals opened in 1 stages, 0 cannot be opened$'
expect 0 "$EXTRACT" show --source random_user --limit 0
cmp -s out before || fail "the records are not the same"
expect 0 "$EXTRACT" show --source random_user --quarantine
equal "$(wc -l <out)" 2

# the copy in the place where others can read it is no key
chmod 640 state/kek.key
expect 77 "$EXTRACT" keys verify
says 'state/kek.key'

# the copy of another state folder opens nothing
chmod 600 state/kek.key
expect 0 "$EXTRACT" keys init --escrow foreign --state other
cp foreign state/kek.key
expect 77 "$EXTRACT" keys verify
expect 77 "$EXTRACT" show --source random_user
silent out

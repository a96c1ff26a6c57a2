# SPDX-License-Identifier: Apache-2.0
# Rotation wraps the data keys anew: what they sealed stays as it is, and the old key opens nothing.
. "$EXTRACT_SRCDIR/tests/lib.sh"

sandbox --hostile unknown-field@3,postcode-float@5
configure "users = 40" "page_size = 20"
expect 0 "$EXTRACT" keys init --escrow old
run 1
sealed() {
    sqlite3 -readonly state/random_user.stage '.mode insert' 'SELECT * FROM segment ORDER BY seq' \
        'SELECT * FROM quarantine ORDER BY number' | sha256sum
}
before=$(sealed)
wrapped=$(sqlite3 -readonly state/random_user.stage '.mode insert' 'SELECT * FROM dek' | sha256sum)
id() { sed -n 's/^# id //p' "$1" | head -n 1; }

expect 0 "$EXTRACT" keys rotate --actor 'the auditor'
prints "^key $(id state/kek.key) is in force; 1 data keys were wrapped anew, no segment was rewritten\$"
prints 'a copy of the old key opens nothing any more: extract keys init --escrow FILE'
expect 0 "$EXTRACT" check
prints '^note +keys .*no escrow copy: extract keys init --escrow FILE$'
expect 0 "$EXTRACT" keys init --escrow copy_of_new
equal "$(grep -v '^#' copy_of_new)" "$(grep -v '^#' state/kek.key)" "the new copy"
expect 0 "$EXTRACT" check
prints '^ok +keys '
equal "$(sealed)" "$before" "sealed rows"
[[ $(sqlite3 -readonly state/random_user.stage '.mode insert' 'SELECT * FROM dek' | sha256sum) != "$wrapped" ]] ||
    fail "the data key is wrapped as before"
[[ $(id state/kek.key) != "$(id old)" ]] || fail "the key is the same"
! grep -qF "$(sed -n 's/^extract-kek-1 //p' old)" state/kek.key || fail "the old key is still in the key file"

expect 0 "$EXTRACT" keys verify
prints '^4 seals opened in 1 stages, 0 cannot be opened$'
expect 0 "$EXTRACT" audit verify --source random_user
expect 0 "$EXTRACT" audit export --source random_user
grep -F '"kind":"key.rotated"' out | grep -F '"rewrapped":1' | grep -qF '"name":"the auditor"' ||
    fail "the rotation is not in the audit log: $(cat out)"

# pseudonyms outlive the key: who is fetched again is still the same person
configure "users = 60" "page_size = 20"
run 1
equal "$(query 'SELECT count(*) FROM random_users')" 57

cp state/kek.key new
cp old state/kek.key
expect 77 "$EXTRACT" keys verify
expect 77 "$EXTRACT" show --source random_user
silent out
cp new state/kek.key
expect 0 "$EXTRACT" keys verify

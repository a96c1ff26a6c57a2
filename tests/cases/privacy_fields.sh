# SPDX-License-Identifier: Apache-2.0
# A field that the schema does not name goes nowhere and is told; configuration releases what it
# says and nothing else; what must never land cannot be released.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/crash.sh"
sandbox --seed fields --no-limit --hostile unknown-field@0,unknown-field@3
lines=("users = 12" "page_size = 4" "limit_users = none")
run=("$EXTRACT" --source random_user $day)
configure "${lines[@]}"
"$EXTRACT" keys init --no-escrow >/dev/null
cp -a "$TMP_CASE/state" "$TMP_CASE/keys"

expect 0 "${run[@]}" --output json
tail -n 1 "$TMP_CASE/out" | jq -e '.streams[0] | .unknown_fields == 6 and .drift == "/favourite_colour"' >/dev/null ||
    fail "no drift in the summary: $(cat "$TMP_CASE/out")"
expect 0 "$EXTRACT" show --source random_user --limit 0
cp "$TMP_CASE/out" "$TMP_CASE/strict"
equal "$(wc -l <"$TMP_CASE/strict")" 12
! grep -qiwE 'favourite_colour|teal' "$TMP_CASE/strict" || # whole words: a pseudonym may have these letters
    fail "an unknown field is staged: $(grep -iwE 'favourite_colour|teal' "$TMP_CASE/strict")"
equal "$(query "SELECT count(*) FROM pragma_table_info('random_users') WHERE name LIKE '%colour%'")" 0
expect 0 "$EXTRACT" audit export --source random_user --file "$TMP_CASE/bundle"
grep -q '"kind":"schema.drift"' "$TMP_CASE/bundle" || fail "no drift in the audit log"
! grep -qw teal "$TMP_CASE/bundle" || fail "the value of an unknown field is in the audit log"
! grep -qrw teal "$TMP_CASE/state" || fail "the value of an unknown field is in the state folder"
expect 0 "${run[@]}" --state "$TMP_CASE/text"
says "unknown fields.*/favourite_colour"

# what is relaxed is released, and no other field becomes other than it was
relaxed() {
    configure "${lines[@]}" "[policy random_user/users]" "$1"
    rm -rf "$TMP_CASE/state"
    cp -a "$TMP_CASE/keys" "$TMP_CASE/state"
    expect 0 "${run[@]}"
    expect 0 "$EXTRACT" show --source random_user --limit 0
    jq -cn --slurpfile a "$TMP_CASE/strict" --slurpfile b "$TMP_CASE/out" \
        '[range($a | length) as $i | $a[$i] as $x | $b[$i] as $y | ($x + $y | keys[]) | select($x[.] != $y[.])]
        | unique - ["extracted_at"] | .[]' -r | xargs >"$TMP_CASE/changed"
    equal "$(cat "$TMP_CASE/changed")" "$2" "columns that '$1' changes"
}
relaxed "postcode = truncate:2" postcode
equal "$(query "SELECT max(length(postcode)) FROM random_users")" 2
relaxed "postcode = keep" postcode
relaxed "title = keep" title
relaxed "city = drop" city
relaxed "first_name = keep" first_name
! jq -e 'select(.last_name | test("^name_1_") | not)' "$TMP_CASE/out" >/dev/null || fail "the last name is clear"

# never, by any name
for field in password salt md5 sha1 sha256; do
    for name in "$field" "login.$field" "login_$field" "/login/$field"; do
        for action in keep pseudonym:text truncate:4 partial:last4; do
            configure "${lines[@]}" "[policy random_user/users]" "$name = $action"
            rm -rf "$TMP_CASE/state"
            expect 78 "${run[@]}"
            says "extract.conf:[0-9]+: "
            [[ ! -e $TMP_CASE/state/random_user.stage ]] || fail "$name = $action: something was staged"
        done
    done
done

# SPDX-License-Identifier: Apache-2.0
# Ids, ages and uses of keys; never a key, wrapped or not.
. "$EXTRACT_SRCDIR/tests/lib.sh"

sandbox
configure "users = 10"
expect 77 "$EXTRACT" keys list
says 'there is no keyring; extract keys init makes it'
run 0

expect 0 "$EXTRACT" keys list
silent err
id=$(sed -n 's/^# id //p' state/kek.key)
now=$(date -u +%Y-%m-%dT)
prints "^wraps +$id  since $now"
prints "^pseudonyms +$id  since $now"
prints "^seals +$id  since $now.*  random_user/users, 10 records\$"
equal "$(wc -l <out)" 3
mv out text

expect 0 "$EXTRACT" keys list --output json
equal "$(summary '.keys | length')" 3
equal "$(summary '.keys[] | select(.use == "seals") | .source, .stream, .records, .kek' | paste -sd ' ')" \
    "random_user users 10 $id"

material=$(sed -n 's/^extract-kek-1 //p' state/kek.key)
wrapped=$(sqlite3 -readonly state/random_user.stage 'SELECT lower(hex(wrapped)) FROM dek')
[[ ${#material} -eq 64 && ${#wrapped} -ge 64 ]] || fail "no material to look for"
# (a wrapped key begins with the id of what wraps it, which is shown)
for secret in "$material" "$wrapped" "$(jq -r '.. | .wrapped? // empty' state/keyring.json | head -n 1)"; do
    [[ -n $secret ]] || fail "nothing to look for"
    ! grep -qiF -- "${secret: -16}" out text err || fail "material is shown"
done

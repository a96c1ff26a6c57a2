# SPDX-License-Identifier: Apache-2.0
# What `extract config` prints can be given back, and means the same.
. "$EXTRACT_SRCDIR/tests/lib.sh"

# paths longer than a line of the configuration may be: they stand in comments only
long=$TMP_CASE/$(printf 'a%.0s' {1..120})/$(printf 'b%.0s' {1..120})
mkdir -p "$long"
SANDBOX=http://127.0.0.1:9
configure "users = 7" "nationalities = de, FR" "[policy random_user/users]" "city = drop" \
    "[keys]" "kek = env:KEK" "[stage]" "retention = 9d" "[policy random_user/users]" "gender = keep"
cp .config/extract/extract.conf "$long/extract.conf"

bare() { jq -S 'del(.file) | del(.settings[].from, .policies[].from)' "$1"; }
expect 0 "$EXTRACT" config --config "$long/extract.conf" --state "$TMP_CASE/other"
mv out first.conf
expect 0 "$EXTRACT" config --config "$long/extract.conf" --state "$TMP_CASE/other" --output json
mv out wanted.json
jq -e '.policies | length == 2' wanted.json >/dev/null || fail "policies are missing: $(cat wanted.json)"

expect 0 "$EXTRACT" config --config first.conf --output json
mv out got.json
equal "$(bare got.json)" "$(bare wanted.json)" "not the same configuration"
jq -e '[.settings[] | select(.key == "users") | .from] == ["first.conf:'"$(grep -n '^users' first.conf | cut -d: -f1)"'"]' got.json >/dev/null ||
    fail "the origin of users: $(jq -c '.settings[] | select(.key == "users")' got.json)"

# and once more: nothing changes any further but the comments
expect 0 "$EXTRACT" config --config first.conf
equal "$(grep -v '^#' out)" "$(grep -v '^#' first.conf)" "not the same text"

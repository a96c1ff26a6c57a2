# SPDX-License-Identifier: Apache-2.0
# Only what is old and loaded goes; a purge shows in the log, and changes nothing for the next run.
. "$EXTRACT_SRCDIR/tests/lib.sh"

sandbox --hostile postcode-float@5
configure "users = 60" "page_size = 20"
purged() {
    expect 0 "$EXTRACT" purge --source random_user --output json "$@"
    summary '.segments, .records, .quarantined' | paste -sd ' '
}
run 1 --stage-only

# nothing is loaded: nothing goes, however old; what is in quarantine waits for no sink
equal "$(purged --older-than 0)" "0 0 3"
expect 0 "$EXTRACT" show --source random_user --limit 0
equal "$(wc -l <out)" 57

# loaded, but not old enough by the configuration
expect 0 "$EXTRACT" load --source random_user
equal "$(purged)" "0 0 0"
equal "$(purged --older-than 1h)" "0 0 0"

DAY=2026-11-02 run 1 --stage-only
digest=$(warehouse_digest)
equal "$(purged --older-than 0)" "3 57 3" # the first day's only
expect 0 "$EXTRACT" show --source random_user --limit 0
equal "$(wc -l <out)" 57
equal "$(jq -r .seed out | sort -u)" "extract-2026-11-02-u"

# what was loaded stays loaded, what was complete stays complete
equal "$(warehouse_digest)" "$digest"
run 0
equal "$(summary '.staged, .loaded' | paste -sd ' ')" "0 57"
DAY=2026-11-02 run 0
equal "$(summary '.staged, .loaded' | paste -sd ' ')" "0 0"
equal "$(query 'SELECT count(*) FROM random_users')" 114
equal "$(stats .requests 2>/dev/null || stats '.random_user.requests')" 6

# the rest goes too, numbers go on, and all of it can be proved
equal "$(purged --older-than 0)" "3 57 0"
expect 0 "$EXTRACT" show --source random_user --limit 0
silent out
DAY=2026-11-03 run 1
expect 0 "$EXTRACT" show --source random_user --seq 7
equal "$(wc -l <out)" 19
expect 0 "$EXTRACT" verify --source random_user
expect 0 "$EXTRACT" audit verify --source random_user
expect 0 "$EXTRACT" audit export --source random_user
equal "$(sed -n 's/.*"entry":\(.*\),"leaf".*/\1/p' out |
    jq -r 'select(.kind == "retention.purged") | .counts | "\(.segments)/\(.records)/\(.quarantined)"' | paste -sd ' ')" \
    "0/0/3 0/0/0 0/0/0 3/57/3 3/57/0"
expect 0 "$EXTRACT" purge --source random_user
prints '^0 segments with 0 records .* and 0 quarantined records deleted$'

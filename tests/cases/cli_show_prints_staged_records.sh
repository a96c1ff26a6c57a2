# SPDX-License-Identifier: Apache-2.0
# Records of a segment, of a time, of the quarantine; as many as asked for, and masked.
. "$EXTRACT_SRCDIR/tests/lib.sh"

sandbox --canary --hostile postcode-float@5
configure "users = 60" "page_size = 20"
run 1 # a record of each page is in quarantine
shown() {
    expect 0 "$EXTRACT" show --source random_user "$@"
    silent err
    wc -l <out
}
positions() { jq -r '"\(.page):\(.position)"' out | paste -sd ' '; }

equal "$(shown)" 57
jq -e -s 'all(type == "object" and has("user_key"))' out >/dev/null || fail "not one object a line"
cp out all
equal "$(shown --seq 2)" 19
equal "$(jq -r .page out | sort -u)" 2
equal "$(shown --limit 3)" 3
equal "$(positions)" "1:0 1:1 1:2"
equal "$(shown --seq 3 -n 1)" 1
equal "$(positions)" "3:0"
equal "$(shown --limit 0)" 57
equal "$(shown --stream users --limit 25)" 25
cmp -s out <(head -n 25 all) || fail "not in the order of the stage"

# of a time: days on which they were staged
equal "$(shown --since today)" 57
equal "$(shown --since yesterday --until today)" 57
equal "$(shown --until yesterday)" 0
equal "$(shown --since 1d --until 1d)" 0

# the quarantine: what of the record was good, and why it is there
equal "$(shown --quarantine)" 3
equal "$(jq -r '"\(.stream) \(.number) \(.page):\(.position)"' out | paste -sd ',')" "users 1 1:5,users 2 2:5,users 3 3:5"
jq -e -s 'all((.reason | test("postcode")) and (.record | type == "object"))' out >/dev/null || fail "no reason: $(cat out)"
cp out quarantine
equal "$(shown --quarantine --limit 2)" 2

# masked, all of it
! grep -q CANARY all quarantine || fail "personal data is shown: $(grep -om1 '.\{30\}CANARY.\{30\}' all quarantine)"

# the default limit, a number that is not there, a damaged segment
configure "users = 160" "page_size = 40" "[policy random_user/users]" "city = drop"
DAY=2026-11-02 run 1
equal "$(shown)" 100
expect 64 "$EXTRACT" show --source random_user --seq 99
says '--seq 99: there is no such segment'
expect 64 "$EXTRACT" show --source random_user --seq 0
says '--seq 0: segments are numbered from 1'
silent out
cp -R state damaged
sqlite3 -batch damaged/random_user.stage \
    "UPDATE segment SET sealed = zeroblob(length(sealed)) WHERE seq = 2" 2>/dev/null ||
    fail "$(sqlite3 -readonly damaged/random_user.stage '.schema segment')"
expect 74 "$EXTRACT" show --source random_user --limit 0 --state damaged
says 'segment.damaged .*segment 2 of stream users is not as it was staged'
equal "$(jq -r .page out | sort -n | uniq -c | awk '{print $2 ":" $1}' | paste -sd ' ')" \
    "1:58 2:39 3:58 4:39"

# nothing to show is no success to be mistaken for an empty stage
expect 77 "$EXTRACT" show --source random_user --state nowhere
says 'there is no keyring'
silent out

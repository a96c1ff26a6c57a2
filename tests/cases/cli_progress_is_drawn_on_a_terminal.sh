# SPDX-License-Identifier: Apache-2.0
# One line, drawn over and over and wiped at the end, and only where somebody can see it.
. "$EXTRACT_SRCDIR/tests/lib.sh"

command -v script >/dev/null || skip "script is not installed (Debian: bsdutils)"
sandbox --rate 1000000 --no-gzip --no-limit
configure "users = 600" "page_size = 50"
expect 0 "$EXTRACT" keys init --no-escrow

# on_terminal TERM OPTION...: what a terminal gets, in the file terminal
on_terminal() {
    local term=$1
    shift
    rm -rf state/*.stage state/warehouse.db
    TERM=$term expect 0 timeout 60 script --quiet --return --flush --command "'$EXTRACT' --source random_user $*" terminal
}
drawn() { tr '\r' '\n' <terminal | grep -cE '\[K[#.]{20} [0-9]+ records, [0-9]+/s, [0-9]+\.[0-9] MB, [0-9]+ loaded' || :; }

on_terminal xterm
[[ $(drawn) -ge 2 ]] || fail "no progress: $(cat -v terminal)"
tr '\r' '\n' <terminal | grep -qE '#\.* [0-9]+ records.*  [0-9]+:[0-9]{2} left$' || fail "no time left: $(cat -v terminal)"
# the last line drawn is wiped before the summary
tr '\r' '\n' <terminal | grep -A1 -E 'records, .*/s' | tail -n 1 | grep -qE $'^\e\\[K' || fail "not wiped: $(cat -v terminal)"
tr -d '\r' <terminal | grep -qE $'(^|\e\\[K)random_user/users: 600 records staged from 12 pages, 600 loaded$' || fail "no summary: $(cat -v terminal)"

# a message stands on a line of its own, above it
on_terminal xterm --verbose
equal "$(tr '\r' '\n' <terminal | grep -cE $'^(\e\\[K)?20[0-9TZ:-]+ debug page.fetched .* bytes=[0-9]+$')" 12 "messages on lines of their own"

# also one that is said while the line is drawn
impatient
fault html-502@3
on_terminal xterm
equal "$(tr '\r' '\n' <terminal | grep -cE $'^(\e\\[K)?20[0-9TZ:-]+ warning request.retry ')" 1 "retries told"
fault

for plain in "dumb" "xterm --quiet"; do
    # shellcheck disable=SC2086  # terminal and option
    on_terminal $plain
    equal "$(drawn)" 0 "progress with $plain"
done

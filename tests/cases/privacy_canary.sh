# SPDX-License-Identifier: Apache-2.0
# No personal value is in any file that the program leaves: whatever it does, whatever goes wrong.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/crash.sh"
hostile=missing-uuid@1,unknown-field@2,object@3,duplicate-key@4
sandbox --canary --seed canary --no-limit --hostile "$hostile"
configure "users = 24" "page_size = 8" "limit_users = none" "seed = canaries"
quick_retries
ulimit -c unlimited
mkdir "$TMP_CASE/left" "$TMP_CASE/served"
cd "$TMP_CASE/left"

# left NAME COMMAND...: runs it, and keeps what it says
left() {
    local name=$1 status=0
    shift
    "$@" >"$TMP_CASE/left/$name.out" 2>"$TMP_CASE/left/$name.err" || status=$?
    echo "$status" >"$TMP_CASE/left/$name.status"
}
of() { echo --source random_user --since "2025-02-$1" --until "2025-02-$1" --verbose; }
is() { equal "$(cat "$TMP_CASE/left/$1.status")" "$2" "status of $1"; }

# what was served, without what makes it no JSON or hides a value
for day in 01 02 03 04 05; do
    for page in 1 2 3; do
        curl -fsS "$SANDBOX/api/1.4/?results=8&page=$page&seed=canaries-2025-02-$day-u" >"$TMP_CASE/served/$day.$page"
    done
done
[[ $(grep -o CANARY "$TMP_CASE"/served/* | wc -l) -gt 500 ]] || fail "the sandbox sings no canaries"

# a whole run, and everything there is to see of it
left run "$EXTRACT" $(of 01)
is run 1
left show "$EXTRACT" show --source random_user --limit 0
left quarantine "$EXTRACT" show --source random_user --quarantine
left status "$EXTRACT" status --source random_user --output json
left verify "$EXTRACT" verify --source random_user
left keys "$EXTRACT" keys list
left plan "$EXTRACT" plan $(of 02)
left audit "$EXTRACT" audit export --source random_user --file "$TMP_CASE/left/bundle.jsonl"
is show 0
is audit 0
[[ -s $TMP_CASE/left/show.out && -s $TMP_CASE/left/quarantine.out && -s $TMP_CASE/left/bundle.jsonl ]] ||
    fail "there is nothing to search in"

# runs that fail, each in its own way; the API's own words are quoted
for rule in truncate short reset missing extra wrong-seed wrong-page version-jump clamp deadbeef \
    error-200 error-500 html-503 content-type double-gzip duplicate; do
    fault "$rule"
    left "$rule" timeout 60 "$EXTRACT" $(of 02)
    [[ $(cat "$TMP_CASE/left/$rule.status") -ne 0 ]] || [[ $rule == duplicate ]] || fail "no failure by $rule"
done
curl -fsS -X POST "$SANDBOX/_sandbox/fault" >/dev/null
for kind in lone-surrogate nul control invalid-utf8 huge postcode-2^63 postcode-float deep; do
    sandbox --canary --seed canary --no-limit --hostile "$kind@1"
    EXTRACT_RANDOM_USER_BASE_URL=$SANDBOX left "hostile-$kind" timeout 60 "$EXTRACT" $(of 03)
done
left sink env EXTRACT_WAREHOUSE_PATH=/nonexistent/warehouse.db "$EXTRACT" $(of 03)

# killed at work: the write-ahead log stays, and no core
for point in 20 30 40; do
    EXTRACT_CRASH_AT=$point left "killed$point" "$EXTRACT" $(of 04) --state "$TMP_CASE/left/killed$point"
done
sandbox --canary --seed canary --no-limit --no-gzip --rate 4KiB --hostile "$hostile"
for signal in SEGV ABRT BUS; do
    EXTRACT_RANDOM_USER_BASE_URL=$SANDBOX "$EXTRACT" $(of 05) --state "$TMP_CASE/left/$signal" \
        >"$TMP_CASE/left/$signal.out" 2>"$TMP_CASE/left/$signal.err" &
    pid=$!
    sleep 1
    kill "-$signal" "$pid"
    { wait "$pid"; } 2>/dev/null && fail "SIG$signal did not end the run"
done

# no other files than those of the state folder are made
if command -v strace >/dev/null && strace -f -o "$TMP_CASE/strace" true 2>/dev/null; then
    left traced env ASAN_OPTIONS=detect_leaks=0 strace -f -qq -e trace=openat,open,creat,memfd_create,rename,renameat2 -o "$TMP_CASE/strace" \
        "$EXTRACT" $(of 04) --state "$TMP_CASE/traced"
    is traced 1
    grep -E 'O_CREAT|O_TMPFILE|creat\(|memfd_create|rename' "$TMP_CASE/strace" |
        grep -vE "\"($TMP_CASE/traced/|/dev/null\")" >"$TMP_CASE/elsewhere" || :
    [[ ! -s $TMP_CASE/elsewhere ]] || fail "files are made elsewhere: $(cat "$TMP_CASE/elsewhere")"
fi

mv "$TMP_CASE/state" "$TMP_CASE/left/state"
! python3 "$EXTRACT_SRCDIR/tests/canary.py" "$TMP_CASE/served" "$TMP_CASE/served" 2>/dev/null || fail "the search is blind"
python3 "$EXTRACT_SRCDIR/tests/canary.py" "$TMP_CASE/served" "$TMP_CASE/left" "$TMP_CASE/.config" || fail "see above"

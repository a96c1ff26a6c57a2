# SPDX-License-Identifier: Apache-2.0
# --output json ends in one line on standard output with every member that a scheduler decides by.
. "$EXTRACT_SRCDIR/tests/lib.sh"

sandbox --limit 60 --window 1h --limit-status 503
impatient '.limits.buckets.users.capacity = 1000000'
configure "users = 60" "page_size = 20"

python3 - >members <<'PY'
print(" ".join(sorted("version source run status exit_status resume_at error_kind error started milliseconds "
                      "staged unchanged loaded published quarantined peak_rss_kib streams sinks failures more_failures".split())))
print(" ".join(sorted("stream slices slices_complete pages records staged unchanged quarantined repeated purged unknown_fields drift "
                      "compared differing difference withheld withheld_why out_of_reach bytes loaded published error_kind error".split())))
PY
# one_line STATUS WORD: shape of the summary whatever has happened
one_line() {
    equal "$(wc -l <out)" 1 "lines on standard output"
    python3 -c 'import json, sys; json.loads(sys.stdin.read())' <out || fail "no JSON: $(cat out)"
    equal "$(summary 'keys | join(" ")')" "$(sed -n 1p members)" "members"
    equal "$(summary '.streams[] | keys | join(" ")')" "$(sed -n 2p members)" "members of a stream"
    equal "$(summary '.exit_status, .status, .version, .source' | paste -sd ' ')" "$1 $2 1 random_user"
    summary .run | grep -qE '^[0-9a-f]{32}$' || fail "run: $(summary .run)"
    summary .started | grep -qE '^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z$' || fail "started: $(summary .started)"
    [[ $(summary .milliseconds) -ge 0 && $(summary .peak_rss_kib) -gt 1000 ]] || fail "figures: $(cat out)"
}

run 0
one_line 0 done
equal "$(summary '.staged, .loaded, .quarantined, .resume_at, .error, .error_kind' | paste -sd ' ')" "60 60 0 null null null"
equal "$(summary '.streams[0] | .slices, .slices_complete, .pages, .records, .bytes > 1000' | paste -sd ' ')" "1 1 3 60 true"
first=$(summary .run)

run 0 # nothing new is done, too
one_line 0 done
equal "$(summary '.staged, .loaded, .streams[0].slices' | paste -sd ' ')" "0 0 0"
[[ $(summary .run) != "$first" ]] || fail "two runs have one name"
# the memory of the scheduler that started it is not ours
expect 0 python3 -c 'import subprocess, sys; own = bytearray(300 << 20); sys.exit(subprocess.call(sys.argv[1:]))' \
    "$EXTRACT" --source random_user --since "$DAY" --until "$DAY" --output json
sanitized || (($(summary .peak_rss_kib) < 100 * 1024)) || fail "peak memory of $(summary .peak_rss_kib) KiB"
run 99 --skip-exit-code
one_line 99 done

# parked by quota: when to come back
DAY=2026-11-02 run 75 --max-wait 0
one_line 75 resumable
equal "$(summary '.error_kind, .staged' | paste -sd ' ')" "quota 0"
python3 - "$(summary .resume_at)" <<'PY'
import datetime, sys
at = datetime.datetime.fromisoformat(sys.argv[1].replace("Z", "+00:00"))
left = (at - datetime.datetime.now(datetime.timezone.utc)).total_seconds()
assert 0 < left < 3700, left
PY

# some in quarantine, and a source that answers nothing but trouble
sandbox --hostile postcode-float@5 --no-limit
configure "users = 20" "page_size = 20"
DAY=2026-11-03 run 1 --state other
one_line 1 "partly failed"
equal "$(summary '.staged, .quarantined' | paste -sd ' ')" "19 1"
fault html-502
DAY=2026-11-04 run 69 --state other
one_line 69 failed
equal "$(summary '.error_kind, .resume_at, .streams[0].error_kind' | paste -sd ' ')" "remote null remote"

# what fails before there is a run
configure "users = many"
run 78
equal "$(wc -l <out)" 1
equal "$(summary '.status, .exit_status, .error_kind' | paste -sd ' ')" "failed 78 config"

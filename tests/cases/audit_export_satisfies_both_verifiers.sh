# SPDX-License-Identifier: Apache-2.0
# An exported log is verified by `extract audit verify`, with nothing but the file, and by a
# verifier that shares no code with it; both agree with the stage.
. "$EXTRACT_SRCDIR/tests/lib.sh"

sandbox
configure "users = 40" "page_size = 20"
expect 0 "$EXTRACT" --source random_user --actor 'nightly "job"'
expect 0 "$EXTRACT" audit export --source random_user --file audit.jsonl
silent out
says 'audit.exported events=[0-9]+ root=[0-9a-f]{64}'
equal "$(stat -c %a audit.jsonl)" 600

expect 0 "$EXTRACT" audit verify --source random_user
prints '^intact: [0-9]+ events, root [0-9a-f]{64}$'
mv out by_stage
chmod 600 audit.jsonl
mv state elsewhere # neither stage nor key is needed
expect 0 "$EXTRACT" audit verify --file audit.jsonl
cmp -s out by_stage || fail "file and stage differ: $(cat out by_stage)"
expect 0 "$EXTRACT" audit verify --file audit.jsonl --output json
equal "$(summary 'keys_unsorted | sort | join(" ")')" "events reason root verdict"
equal "$(summary .verdict)" intact
size=$(summary .events) root=$(summary .root)
expect 0 python3 "$EXTRACT_SRCDIR/tests/house/verify_audit.py" audit.jsonl "$size" "$root"
mv elsewhere state

# what the run did is in it, and who asked for it
for kind in store.created run.start page.staged slice.completed batch.delivered run.end audit.exported; do
    grep -q "\"kind\":\"$kind\"" audit.jsonl || fail "no $kind in the log"
done
equal "$(grep -c '"kind":"page.staged"' audit.jsonl)" 2
equal "$(sed -n 's/.*"entry":\(.*\),"leaf".*/\1/p' audit.jsonl | jq -r 'select(.kind == "run.start") | .actor.name')" 'nightly "job"'
equal "$(sed -n 's/.*"entry":\(.*\),"leaf".*/\1/p' audit.jsonl | jq -r 'select(.kind == "page.staged") | .counts.released' | paste -sd ' ')" "20 20"

# an export is evidence: no file is replaced, no link followed
before=$(sha256sum <audit.jsonl)
expect 74 "$EXTRACT" audit export --source random_user --file audit.jsonl
says 'audit.jsonl: File exists'
equal "$(sha256sum <audit.jsonl)" "$before"
ln -s elsewhere.jsonl link
expect 74 "$EXTRACT" audit export --source random_user --file link
[[ ! -e elsewhere.jsonl ]] || fail "the export went through a link"

# to standard output, and for programs
expect 0 "$EXTRACT" audit export --source random_user --quiet
silent err
mv out piped.jsonl
expect 0 "$EXTRACT" audit verify --file piped.jsonl
expect 0 python3 "$EXTRACT_SRCDIR/tests/house/verify_audit.py" piped.jsonl
expect 0 "$EXTRACT" audit export --source random_user --file for_programs.jsonl --output json
equal "$(summary 'keys_unsorted | sort | join(" ")')" "file root size"
size=$(summary .size) root=$(summary .root)
expect 0 python3 "$EXTRACT_SRCDIR/tests/house/verify_audit.py" for_programs.jsonl "$size" "$root"

# nobody who watches from outside can mix up "no log" with "a sound log"
expect 74 "$EXTRACT" audit verify --file missing.jsonl
expect 74 "$EXTRACT" audit verify --source random_user --state nowhere

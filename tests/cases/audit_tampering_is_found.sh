# SPDX-License-Identifier: Apache-2.0
# A changed byte, a line less, lines swapped, an end cut off: both verifiers find it, and where.
. "$EXTRACT_SRCDIR/tests/lib.sh"

sandbox
configure "users = 30" "page_size = 10"
run 0
expect 0 "$EXTRACT" audit export --source random_user --file good.jsonl
lines=$(wc -l <good.jsonl)
[[ $lines -ge 9 ]] || fail "only $lines lines"

# found VERDICT WHAT: bad.jsonl is refused by both with that verdict
found() {
    local verdict=$1 what=$2 status=1
    [[ $verdict != truncated ]] || status=2
    [[ $verdict != foreign ]] || status=3
    expect 65 "$EXTRACT" audit verify --file bad.jsonl
    prints "^$verdict: "
    says 'audit.unsound event=[0-9]+ .'
    expect 65 "$EXTRACT" audit verify --file bad.jsonl --output json
    equal "$(summary .verdict)" "$verdict" "$what"
    [[ $(summary .reason) != null ]] || fail "$what: no reason"
    sound=$(summary .events)
    expect "$status" python3 "$EXTRACT_SRCDIR/tests/house/verify_audit.py" bad.jsonl
}

# one bit of one byte, at places all over the file
python3 - <<'PY'
data = open("good.jsonl", "rb").read()
places = sorted({1, len(data) // 2, len(data) - 5} | {len(data) * i // 12 for i in range(1, 12)})
for n, at in enumerate(places):
    changed = bytearray(data)
    changed[at] ^= 1
    open(f"flip{n:02}", "wb").write(changed)
PY
for file in flip*; do
    mv "$file" bad.jsonl
    status=0
    "$EXTRACT" audit verify --file bad.jsonl >out 2>err || status=$?
    [[ $status -eq 65 ]] || fail "$file: status $status: $(cat out err)"
    status=0
    python3 "$EXTRACT_SRCDIR/tests/house/verify_audit.py" bad.jsonl >out 2>err || status=$?
    [[ $status -eq 1 || $status -eq 2 || $status -eq 3 ]] || fail "$file: status $status of the other verifier: $(cat out err)"
done

sed 4d good.jsonl >bad.jsonl
found altered 'a line less'
equal "$sound" 2 "events before the gap"
sed '4{h;d};5{G}' good.jsonl >bad.jsonl
found altered 'two lines swapped'
sed '4p' good.jsonl >bad.jsonl
found altered 'a line twice'
sed 's/"released":10/"released":11/' good.jsonl >bad.jsonl
found altered 'another count'
head -n $((lines - 1)) good.jsonl >bad.jsonl
found truncated 'without the last line'
head -n $((lines - 3)) good.jsonl >bad.jsonl
found truncated 'the end cut off'
head -c -20 good.jsonl >bad.jsonl
found truncated 'cut within the last line'
sed "$((lines - 1))d" good.jsonl >bad.jsonl
found truncated 'the newest event taken out'
echo '{"hello":"world"}' >bad.jsonl
found foreign 'no log at all'
: >bad.jsonl
expect 65 "$EXTRACT" audit verify --file bad.jsonl
(cat good.jsonl; echo) >bad.jsonl
expect 65 "$EXTRACT" audit verify --file bad.jsonl

# in the stage, past the program
tampered() {
    cp -R state tampered
    sqlite3 -batch tampered/random_user.stage "$2"
    expect 65 "$EXTRACT" audit verify --source random_user --state tampered
    prints '^(altered|truncated): '
    expect 65 "$EXTRACT" verify --source random_user --state tampered
    says 'verify.fault audit log, event [0-9]+: '
    rm -r tampered
}
tampered 'a changed entry' "UPDATE audit_event SET entry = replace(entry, '\"released\":10', '\"released\":11')"
tampered 'a deleted entry' "DELETE FROM audit_event WHERE idx = 3"
expect 0 "$EXTRACT" audit verify --source random_user

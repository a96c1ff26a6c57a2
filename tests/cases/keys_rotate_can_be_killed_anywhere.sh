# SPDX-License-Identifier: Apache-2.0
# A rotation that is killed at any point leaves everything readable, and rotating again completes it.
. "$EXTRACT_SRCDIR/tests/lib.sh"

sandbox
configure "users = 10" "page_size = 5"
expect 0 "$EXTRACT" keys init --escrow copy
run 0
expect 0 "$EXTRACT" show --source random_user --limit 0
mv out before
cp -R state pristine
old=$(sed -n 's/^extract-kek-1 //p' state/kek.key)

EXTRACT_CRASH_TRACE=trace expect 0 "$EXTRACT" keys rotate
points=$(wc -l <trace)
[[ $points -ge 8 ]] || fail "only $points crash points: $(cat trace)"
grep -q '^rotate.commit$' trace || fail "the stage's own commit is no crash point"

for n in $(seq "$points"); do
    rm -rf state
    cp -R pristine state
    EXTRACT_CRASH_AT=$n expect 137 "$EXTRACT" keys rotate
    here="killed at $n, $(sed -n "${n}p" trace)"
    expect 0 "$EXTRACT" show --source random_user --limit 0
    cmp -s out before || fail "$here: not the same records"
    # a copy that no longer opens everything does not count as one
    cp -R state probe
    cp copy probe/kek.key
    if ! "$EXTRACT" keys verify --state probe >/dev/null 2>&1; then
        expect 0 "$EXTRACT" check
        grep -q 'no escrow copy' out || fail "$here: the old copy is trusted: $(cat out)"
    fi
    rm -r probe
    # a run in between goes on as ever
    [[ $((n % 3)) -ne 0 ]] || DAY=2026-11-02 run 0
    expect 0 "$EXTRACT" keys rotate
    expect 0 "$EXTRACT" keys verify
    [[ $(grep -c '^extract-kek-1 ' state/kek.key) -eq 1 ]] || fail "$here: more than one key is left"
    ! grep -qF "$old" state/kek.key || fail "$here: the old key is left"
    expect 0 "$EXTRACT" audit verify --source random_user
    expect 0 "$EXTRACT" show --source random_user --limit 10
    cmp -s out before || fail "$here: not the same records after the second rotation"
done

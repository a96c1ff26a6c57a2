# SPDX-License-Identifier: Apache-2.0
# A full disk stops the run cleanly, whatever it hits first; with room made, the same command goes on
# and ends exactly where it would have.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/crash.sh"

# a small disk of its own: in a mount namespace, which ends with the scenario
if [[ -z ${SMALL_DISK-} ]]; then
    namespace=(unshare --mount)
    [[ $(id -u) -eq 0 ]] || namespace=(unshare --user --map-root-user --mount)
    "${namespace[@]}" mount -t tmpfs none "$TMP_CASE" 2>/dev/null ||
        skip "a small file system cannot be mounted here: neither root nor user namespaces"
    SMALL_DISK=yes exec "${namespace[@]}" bash "$0"
fi
small="$TMP_CASE/small"
mkdir "$small"
sandbox --seed full --no-limit --journal "$TMP_CASE/journal"
run=("$EXTRACT" --source random_user $day --quiet)
lines=("users = 3000" "page_size = 100" "limit_users = none")
configure "${lines[@]}"
expect 0 "${run[@]}" --state "$TMP_CASE/roomy"
describe "$TMP_CASE/roomy" --any-key >"$TMP_CASE/expected"

# the guard: less than [stage] free_space and nothing is fetched
mount -t tmpfs -o size=8m none "$small"
expect 74 "${run[@]}" --state "$small/state"
says "less than 64 MiB left; make room"
equal "$(sqlite3 -readonly "$small/state/random_user.stage" 'SELECT count(*) FROM segment')" 0
umount "$small"

# the disk itself, full at this place and that
configure "${lines[@]}" "[stage]" "free_space = 1KiB"
places=0
for size in ${SIZES:-64 160 256 352 448 544 640 736 832 928 1024 1120 1216 1312 1408 1504 1600 1696}; do
    mount -t tmpfs -o size=16m none "$small"
    head -c $((16384 - size))K /dev/zero >"$small/ballast"
    status=0
    "${run[@]}" --state "$small/state" --output json >"$TMP_CASE/out" 2>"$TMP_CASE/err" || status=$?
    [[ $status -eq 74 ]] || fail "$size KiB: status $status instead of 74: $(cat "$TMP_CASE/err")"
    says "full|space|room"
    tail -n 1 "$TMP_CASE/out" | jq -e '.exit_status == 74' >/dev/null || fail "summary: $(cat "$TMP_CASE/out")"
    # still full: the same again, and nothing is spoiled
    expect 74 "${run[@]}" --state "$small/state"
    rm "$small/ballast"
    expect 0 "${run[@]}" --state "$small/state"
    describe "$small/state" --any-key | diff "$TMP_CASE/expected" - >"$TMP_CASE/diff" ||
        fail "after $size KiB were too few: $(head -n 20 "$TMP_CASE/diff")"
    sound "$small/state" >"$TMP_CASE/out" 2>&1 || fail "not sound: $(cat "$TMP_CASE/out")"
    umount "$small"
    places=$((places + 1))
done
echo "full in $places places"

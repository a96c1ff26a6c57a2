# SPDX-License-Identifier: Apache-2.0
# For the scenarios that kill the program: . "$EXTRACT_SRCDIR/tests/crash.sh" after lib.sh
day="--since 2025-01-02 --until 2025-01-02"

# Retries without the waits that the real service deserves.
quick_retries() {
    mkdir -p "$TMP_CASE/data/sources"
    cp -r "$EXTRACT_SRCDIR/schemas" "$TMP_CASE/data/"
    sed 's/"base": "[25]s"/"base": "1ms"/' "$EXTRACT_SRCDIR/sources/random_user.json" \
        >"$TMP_CASE/data/sources/random_user.json"
    export EXTRACT_DATA="$TMP_CASE/data"
}

describe() { python3 "$EXTRACT_SRCDIR/tests/describe.py" "$@"; }

# What a scenario does with the folder of a killed program before it runs again.
after_kill() { :; }

# sound STATE: everything that the program can prove about the folder is proved.
sound() {
    "$EXTRACT" audit verify --source random_user --state "$1" &&
        "$EXTRACT" verify --source random_user --state "$1" &&
        "$EXTRACT" keys verify --state "$1"
}

# crash_at N NAME COMMAND...: a copy of the folder "$NAME.before" is worked on by the command, which
# is killed at its N-th crash point (or the first that is called N) and run again; what is then in the
# folder must be what "$NAME.expected" says. Leaves the name of the fatal point in "$NAME.N.fatal", or
# nothing when the command ended before it. Variable any_key as describe.py takes it; prepare is called
# before the first run, after_kill between the two, with the name of the folder.
crash_at() {
    local n=$1 name=$2 status=0 state="$TMP_CASE/$2.$1"
    shift 2
    cp -a "$TMP_CASE/$name.before" "$state"
    rm -f "$state.trace"
    prepare "${state##*/}"
    { EXTRACT_CRASH_AT=$n EXTRACT_CRASH_TRACE="$state.trace" "$@" --state "$state"; } \
        >"$state.log" 2>&1 || status=$?
    if [[ $status -eq 137 ]]; then
        { [[ $n != *[!0-9]* ]] && sed -n "${n}p" "$state.trace" || echo "$n"; } >"$state.fatal"
        status=0
        after_kill "${state##*/}"
        "$@" --state "$state" >>"$state.log" 2>&1 || status=$?
    fi
    [[ $status -le 1 ]] || fail "$name: killed at point $n ($(cat "$state.fatal")), then status $status:
$(cat "$state.log")"
    describe "$state" ${any_key-} >"$state.found" 2>>"$state.log" && sound "$state" >>"$state.log" 2>&1 ||
        fail "$name: killed at point $n ($(cat "$state.fatal")), it is not sound afterwards:
$(cat "$state.log")"
    diff "$TMP_CASE/$name.expected" "$state.found" >"$state.diff" ||
        fail "$name: killed at point $n ($(cat "$state.fatal")), it differs from an uninterrupted run:
$(cat "$state.diff" "$state.log")"
    rm -rf "$state" "$state".{found,log,diff}
}

# crash_everywhere NAME COMMAND...: the command on "$NAME.before" without interruption, then killed
# at each of its crash points. Threads take turns as they like, so that which place is the n-th
# differs from run to run: those that were missed are then asked for by name.
crash_everywhere() {
    local name=$1 points status=0 whole="$TMP_CASE/$1.whole" place
    shift
    cp -a "$TMP_CASE/$name.before" "$whole"
    prepare "${whole##*/}"
    EXTRACT_CRASH_TRACE="$whole.trace" "$@" --state "$whole" >"$whole.log" 2>&1 || status=$?
    [[ $status -le 1 ]] || fail "$name: status $status without interruption: $(cat "$whole.log")"
    sound "$whole" >>"$whole.log" 2>&1 || fail "$name: not sound without interruption: $(cat "$whole.log")"
    describe "$whole" ${any_key-} >"$TMP_CASE/$name.expected"
    points=$(wc -l <"$whole.trace")

    each_worker 2 "$points" crash_at "$name" "$@"
    for place in $(sort -u "$whole.trace"); do
        grep -qxF -- "$place" "$TMP_CASE/$name".*.fatal || crash_at "$place" "$name" "$@"
        grep -qxF -- "$place" "$TMP_CASE/$name".*.fatal || fail "$name: never killed at $place"
    done
    echo "$name: $points crash points at $(sort -u "$whole.trace" | wc -l) places, each place fatal once or more"
}

# each_worker WORKERS COUNT FUNCTION ARGUMENT...: FUNCTION i ARGUMENT... for i from 1 to COUNT, with
# $worker from 1 on.
each_worker() {
    local workers=$1 count=$2 worker pids=() pid status=0
    shift 2
    for worker in $(seq "$workers"); do
        (
            function=$1 && shift
            start_worker "$worker"
            for i in $(seq "$worker" "$workers" "$count"); do "$function" "$i" "$@"; done
        ) &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do wait "$pid" || status=1; done
    [[ $status -eq 0 ]] || exit 1
}

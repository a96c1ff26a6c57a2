# SPDX-License-Identifier: Apache-2.0
# People read standard error, programs standard output; --quiet leaves warnings and errors.
. "$EXTRACT_SRCDIR/tests/lib.sh"

sandbox --no-limit
configure "users = 20" "page_size = 20"
expect 0 "$EXTRACT" keys init --no-escrow

expect 0 "$EXTRACT" --source random_user
silent out
says '^random_user/users: 20 records staged from 1 pages, 20 loaded$'
says '^done after [0-9.]+ s$'
! grep -q $'\e' err || fail "escape sequences although this is no terminal"
expect 0 "$EXTRACT" --source random_user
silent out
says '^random_user/users: nothing new$'

# quiet: nothing at all when all is well, also for programs
expect 0 "$EXTRACT" --source random_user --since 2026-11-01 --until 2026-11-01 --quiet
silent out err
expect 0 "$EXTRACT" --source random_user --since 2026-11-02 --until 2026-11-02 -q --output json
silent err
equal "$(summary .staged)" 20

# … but not when it is not
fault html-502
impatient
expect 69 "$EXTRACT" --source random_user --since 2026-11-03 --until 2026-11-03 --quiet
silent out
says 'warning request.retry '
says 'error stream.failed stream=users kind=remote '
says '^failed after '
fault

# verbose: one line a page
expect 0 "$EXTRACT" --source random_user --since 2026-11-03 --until 2026-11-03 --verbose
silent out
says 'debug page.fetched stream=users account=default slice=2026-11-03 page=1 records=20 '

# answers of the other commands
for command in "status" "config" "keys list" "keys verify" "check" "plan --source random_user" \
    "verify --source random_user" "show --source random_user" "audit verify --source random_user"; do
    # shellcheck disable=SC2086  # a command line
    expect 0 "$EXTRACT" $command
    silent err
    [[ -s out ]] || fail "no answer: $command"
    [[ $command != show* ]] || continue
    # shellcheck disable=SC2086
    expect 0 "$EXTRACT" $command --output json
    silent err
    equal "$(wc -l <out)" 1 "lines of $command"
    jq -e type out >/dev/null || fail "no JSON: $command"
done

# a reader that goes away is no success of ours, and no crash
status=0
"$EXTRACT" show --source random_user --limit 0 2>err >/dev/full || status=$?
equal "$status" 74 "status when the disk of the output is full"

# SPDX-License-Identifier: Apache-2.0
# A command line that is wrong is refused before anything is made, with what would be right.
. "$EXTRACT_SRCDIR/tests/lib.sh"

refused() {
    local message=$1
    shift
    expect 64 "$EXTRACT" "$@"
    says "kind=usage $message"
    silent out
    [[ $(wc -l <err) -eq 1 ]] || fail "more than one line: $(cat err)"
    [[ ! -e $XDG_STATE_HOME/extract ]] || fail "the state folder was made: $*"
}

refused '--source is missing: --source NAME, ' --quiet
refused '--source is missing' show
refused '--source needs a value' --source
refused 'unknown option --sorce for `extract`; did you mean --source\?' --sorce random_user
refused 'unknown option --stage-only for `extract load`' load --source random_user --stage-only
refused 'unknown option -x' -s random_user -x
refused "unknown command 'stats'; did you mean \`extract status\`\\?" stats
refused "unknown command 'keys'; did you mean \`extract keys init\`\\?" keys
refused "'more' is not an option" --source random_user more
refused '--quiet takes no value' --source random_user --quiet=1
refused '--output xml: not one of: text json' --source random_user --output xml
refused '--source random_usr: there is no .*/sources/random_usr.json \(did you mean random_user\?\); there is facebook_ads, random_user$' --source random_usr
EXTRACT_DATA=$TMP_CASE/nowhere refused '--source x: there is no .*/nowhere/sources/x.json, nor any other source: is \[extract\] data right\?' --source x
refused '--source \.\./x: there is no ' --source ../x
refused '--max-wait 15: not a duration' --source random_user --max-wait 15
refused '--wait soon: not a duration' --source random_user --wait soon
refused '--since tomorrow: not a time' --source random_user --since tomorrow
refused '--until 2026-02-30: not a time' --source random_user --until 2026-02-30
refused '--since is later than --until' --source random_user --since today --until yesterday
refused '--until is in the future' --source random_user --until 2200-01-01
refused '--limit all: not a whole number' show --source random_user --limit all
refused '--seq -1: not a whole number' show --source random_user --seq=-1
refused '--seq names a segment; --quarantine has none' show --source random_user --seq 1 --quarantine
refused '--older-than 30: not a duration' purge --source random_user --older-than 30
refused 'say what becomes of a copy of the key: --escrow FILE' keys init
refused 'say what becomes of a copy of the key' keys init --escrow copy --no-escrow
refused 'say which log: --file FILE' audit verify
refused 'say which log' audit verify --file x --source random_user

# programs are told on standard output, in one line
expect 64 "$EXTRACT" audit export --source random_user --output json
says 'with --output json the log needs a file of its own: --file FILE'
equal "$(summary '.status, .exit_status, .error_kind, .command' | paste -sd ' ')" "failed 64 usage audit export"

# control characters do not reach the terminal
expect 64 "$EXTRACT" --source $'\e[31mred'
says 'x1b\[31mred'
! grep -q $'\e' err || fail "an escape sequence was repeated"

# a stream or an account that the source has not
sandbox
configure
for command in '' plan show; do
    # shellcheck disable=SC2086  # the run itself is no word
    expect 64 "$EXTRACT" $command --source random_user --stream user
    says '--stream user: random_user has no stream user.*did you mean.*users'
done
for command in '' plan; do
    # shellcheck disable=SC2086
    expect 64 "$EXTRACT" $command --source random_user --account 7
    says '--account 7: random_user has no accounts'
done

# SPDX-License-Identifier: Apache-2.0
# --help and --version answer on standard output with status 0, whatever else is wrong.
. "$EXTRACT_SRCDIR/tests/lib.sh"

mkdir -p .config/extract
echo 'this is no configuration' >.config/extract/extract.conf

# "options of it" as --help shows them, from the completion that is made of the same table
options_of() {
    sed -n "s/^    '$1') words='\\(.*\\)' ;;\$/\\1/p" completion
}
"$EXTRACT_BUILDDIR/src/command/generate" bash >completion

commands=$("$EXTRACT" --help | sed -n 's/^  extract \([a-z ]*[a-z]\)   *.*/\1/p')
[[ $(wc -l <<<"$commands") -eq 17 ]] || fail "not 17 commands: $commands"
while IFS= read -r command; do
    # shellcheck disable=SC2086  # a command may be two words
    expect 0 "$EXTRACT" $command --help
    silent err
    prints "^Usage: extract ${command:+$command }"
    options=$(options_of "$command")
    [[ -n $options ]] || fail "no options of '$command'"
    for option in $options; do
        prints "^  (-[a-z], |    )$option( |\$)"
    done
    # shellcheck disable=SC2086
    expect 0 "$EXTRACT" $command --version
    silent err
    prints '^extract [0-9]+\.[0-9]+\.[0-9]+$'
done <<<"
$commands"

expect 0 "$EXTRACT" -h
prints '^Exit status:$'
prints '^  75  try again at resume_at'

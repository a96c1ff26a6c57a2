# SPDX-License-Identifier: Apache-2.0
# A secret where a reference belongs is refused, and repeated nowhere.
. "$EXTRACT_SRCDIR/tests/lib.sh"

secret=correct-horse-battery-staple
unseen() {
    says 'must be a reference, never the secret itself: env:NAME, file:PATH, fd:NUMBER or credential:NAME'
    ! grep -rq -- "$secret" out err || fail "the secret was repeated: $(cat err)"
    [[ ! -e state ]] || fail "the state folder was made"
}

for key in kek passphrase; do
    for literal in "$secret" "ENV:$secret" "https://$secret" "env:$secret!"; do
        printf '[keys]\n%s = %s\n' "$key" "$literal" >extract.conf
        for command in config check "keys list" --source=random_user; do
            # shellcheck disable=SC2086  # a command may be two words
            expect 78 "$EXTRACT" $command --config extract.conf --state state
            says "extract.conf:2: \\[keys\\] $key: "
            unseen
            # shellcheck disable=SC2086
            expect 78 "$EXTRACT" $command --config extract.conf --state state --output json --verbose
            unseen
        done
    done
done
rm extract.conf
EXTRACT_KEYS_PASSPHRASE=$secret expect 78 "$EXTRACT" config --state state
says 'environment EXTRACT_KEYS_PASSPHRASE: '
unseen

# a reference is shown as what it is, and what it refers to never
export SECRET=$secret
EXTRACT_KEYS_PASSPHRASE=env:SECRET expect 0 "$EXTRACT" config
prints '^passphrase = env:SECRET$'
! grep -q -- "$secret" out err || fail "the secret was shown"

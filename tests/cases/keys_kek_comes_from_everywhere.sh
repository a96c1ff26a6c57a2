# SPDX-License-Identifier: Apache-2.0
# env:, file:, fd:, credential: and a passphrase each carry a run, its load, and show.
. "$EXTRACT_SRCDIR/tests/lib.sh"

sandbox
key="extract-kek-1 $(printf '%064d' 7)"

# whole FOLDER: run and show in a state folder of its own, with what configure has set
whole() {
    expect 0 bash -c "$1 \"\$EXTRACT\" --source random_user --state $2"
    [[ ! -e $2/kek.key ]] || fail "a key file was made although the operator keeps the key"
    ! grep -q key.made err || fail "told of a key file that is not there"
    expect 0 bash -c "$1 \"\$EXTRACT\" show --source random_user --state $2 --limit 0"
    equal "$(wc -l <out)" 5 "records by $2"
    expect 77 "$EXTRACT" show --source random_user --state "$2" # and without it nothing opens
    silent out
    ! grep -rqF -- "$(printf '%064d' 7)" "$2" err || fail "the key is in the state folder or the log"
    ! grep -rqF -- "correct horse" "$2" err || fail "the passphrase is in the state folder or the log"
}

configure "users = 5" "[keys]" "kek = env:KEK"
whole "KEK='$key'" by_env

configure "users = 5" "[keys]" "kek = fd:3"
printf '%s\n' "$key" >fd.key
whole "exec 3<fd.key;" by_fd

configure "users = 5" "[keys]" "kek = credential:extract"
mkdir credentials
printf '%s\n' "$key" >credentials/extract
chmod 440 credentials/extract # as systemd makes them
whole "CREDENTIALS_DIRECTORY=$TMP_CASE/credentials" by_credential

configure "users = 5" "[keys]" "passphrase = env:PASSPHRASE"
whole "PASSPHRASE='correct horse battery staple'" by_passphrase
PASSPHRASE='correct horse battery stapler' expect 77 "$EXTRACT" show --source random_user --state by_passphrase
silent out
PASSPHRASE=short expect 77 "$EXTRACT" --source random_user --state by_other
says 'a passphrase has at least 12 characters'

configure "users = 5" "[keys]" "kek = file:$TMP_CASE/file.key"
printf '%s\n' "$key" >file.key
chmod 600 file.key
expect 0 "$EXTRACT" --source random_user --state by_file
expect 0 "$EXTRACT" show --source random_user --state by_file
equal "$(wc -l <out)" 5
chmod 644 file.key
expect 77 "$EXTRACT" show --source random_user --state by_file
says 'file.key'
mv file.key away
expect 77 "$EXTRACT" show --source random_user --state by_file

# what cannot be right is refused before anything is made
configure "users = 5" "[keys]" "kek = env:KEK" "passphrase = env:PASSPHRASE"
KEK=$key PASSPHRASE='correct horse battery staple' expect 78 "$EXTRACT" --source random_user --state by_both
says 'give a KEK or a passphrase, not both'
configure "users = 5" "[keys]" "kek = env:KEK"
KEK='extract-kek-1 0011' expect 77 "$EXTRACT" --source random_user --state by_nothing
says 'env:KEK line 1: not a key;'
! grep -q 0011 err || fail "what was given was repeated"
[[ ! -e by_nothing/keyring.json ]] || fail "a keyring was made for no key"

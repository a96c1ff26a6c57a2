# SPDX-License-Identifier: Apache-2.0
# Whatever is wrong with the configuration ends with 78 and says where, and what would be right.
. "$EXTRACT_SRCDIR/tests/lib.sh"

refused() {
    local line=$1 message=$2
    shift 2
    printf '%s\n' "$@" >extract.conf
    expect 78 "$EXTRACT" check --config extract.conf --source random_user --state state
    if grep -q FAILED out; then
        grep -E -- "FAILED .*extract.conf:$line: $message" out >/dev/null || fail "no '$line: $message' in: $(cat out)"
    else
        says "kind=config extract.conf:$line: $message"
        silent out
    fi
}

refused 4 'unknown section \[stge\]; did you mean \[stage\]\?' '[extract]' '# a comment' '[stge]' 'retention = 3d'
refused 2 'unknown section \[random_usr\]; did you mean \[random_user\]\?' '[random_usr]' 'users = 3'
refused 2 "\\[stage\\] has no key 'retenton'; did you mean 'retention'\\?" '[stage]' 'retenton = 3d'
refused 2 "\\[random_user\\] has no key 'user'; did you mean 'users'\\?" '[random_user]' 'user = 3'
refused 2 '\[stage\] retention = 3: must be a number and a unit' '[stage]' 'retention = 3'
refused 2 '\[stage\] retention = 3w: must be a number and a unit: ms, s, m, h or d' '[stage]' 'retention = 3w'
refused 2 '\[stage\] free_space = 1MB: must be a number and a unit: B, KiB' '[stage]' 'free_space = 1MB'
refused 2 '\[warehouse\] driver = oracle: must be one of: sqlite' '[warehouse]' 'driver = oracle'
refused 3 '\[stage\] retention was set in line 2 already' '[stage]' 'retention = 3d' 'retention = 3d'
refused 1 "'retention' stands before any \\[section\\]" 'retention = 3d'
refused 2 'neither \[section\] nor key = value' '[stage]' 'retention'
refused 3 'longer than 198 characters' '[http]' '' "ca_file = $(printf '%0200d' 0)"

# settings of a source, by the rules of its manifest
refused 2 '\[random_user\]: users: expected a whole number from 1 to 50000000, found "many"' '[random_user]' 'users = many'
refused 2 '\[random_user\]: users: expected a whole number from 1 to 50000000' '[random_user]' 'users = 0'
refused 3 '\[random_user\]: page_size: expected a whole number from 1 to 5000' '[random_user]' '' 'page_size = 5001'
refused 2 '\[random_user\]: seed: "a b" is not allowed' '[random_user]' 'seed = a b'
refused 2 '\[random_user\]: nationalities: unknown entry "FX" .did you mean F.\?' '[random_user]' 'nationalities = DE,FX'
refused 2 '\[random_user\]: limit_users: expected a number and its window such as 20000/5m' '[random_user]' 'limit_users = 20000'
refused 2 '\[random_user\]: base_url ' '[random_user]' 'base_url = ftp://example.com'
refused 2 '\[random_user\]: base_url ' '[random_user]' 'base_url = http://example.com'

# masking: a policy that is not in force would let out what it was to hide
refused 2 '\[policy random_user/users\]: random_users has no column "postcod"; did you mean ' '[policy random_user/users]' 'postcod = drop'
refused 3 '\[policy random_user/users\]: .*did you mean .*truncate' '[policy random_user/users]' 'gender = keep' 'city = trunkate:2'
refused 2 '\[policy random_user/user\]: random_user has no stream user.*users' '[policy random_user/user]' 'city = drop'
refused 2 '\[policy random_usr/users\]: must be \[policy SOURCE/STREAM\]' '[policy random_usr/users]' 'city = drop'
refused 2 '\[policy random_user\]: must be \[policy SOURCE/STREAM\]' '[policy random_user]' 'city = drop'
refused 2 '\[policy \.\./users\]: must be \[policy SOURCE/STREAM\]' '[policy ../users]' 'city = drop'
[[ ! -e state ]] || fail "something was made before the mistake was found"

# a run is refused in the same way, before anything is fetched or made
expect 78 "$EXTRACT" --source random_user --config extract.conf --state state
says 'extract.conf:2: \[policy'
printf '%s\n' '[policy random_user/users]' 'postcod = drop' >extract.conf
expect 78 "$EXTRACT" --source random_user --config extract.conf --state state
says 'extract.conf:2: \[policy random_user/users\]: random_users has no column'
[[ ! -e state ]] || fail "the state folder was made"

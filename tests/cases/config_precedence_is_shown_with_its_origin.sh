# SPDX-License-Identifier: Apache-2.0
# option > environment > file > default, and `extract config` says which it was.
. "$EXTRACT_SRCDIR/tests/lib.sh"

SANDBOX=http://127.0.0.1:9
configure "users = 7" "[stage]" "retention = 9d"
conf=$TMP_CASE/.config/extract/extract.conf

# in_force SECTION KEY [OPTION...]: value and origin as --output json has them
in_force() {
    local section=$1 key=$2
    shift 2
    expect 0 "$EXTRACT" config --output json "$@"
    summary ".settings[] | select(.section == \"$section\" and .key == \"$key\") | .value, .from" | paste -sd ' '
}

equal "$(in_force extract max_wait)" "15m default"
equal "$(in_force stage retention)" "9d $conf:7"
equal "$(in_force random_user users)" "7 $conf:5"
equal "$(in_force keys kek)" "null default"
equal "$(in_force extract state)" "$TMP_CASE/state $conf:2"
equal "$(summary .file)" "$conf"

export EXTRACT_STAGE_RETENTION=8d EXTRACT_RANDOM_USER_USERS=8 EXTRACT_STATE=/from/environment
equal "$(in_force stage retention)" "8d environment EXTRACT_STAGE_RETENTION"
equal "$(in_force random_user users)" "8 environment EXTRACT_RANDOM_USER_USERS"
equal "$(in_force extract state)" "/from/environment environment EXTRACT_STATE"
equal "$(in_force extract state --state /from/option)" "/from/option --state"

echo 6d >value
unset EXTRACT_STAGE_RETENTION
export EXTRACT_STAGE_RETENTION_FILE=$TMP_CASE/value
equal "$(in_force stage retention)" "6d environment EXTRACT_STAGE_RETENTION_FILE"
EXTRACT_STAGE_RETENTION=8d expect 78 "$EXTRACT" config
says 'environment: both EXTRACT_STAGE_RETENTION and EXTRACT_STAGE_RETENTION_FILE are set'

# a source that only the environment configures
rm "$conf"
equal "$(in_force random_user users --source random_user)" "8 environment EXTRACT_RANDOM_USER_USERS"
equal "$(in_force random_user base_url --source random_user)" "https://randomuser.me default"
unset EXTRACT_STATE
equal "$(in_force extract state)" "$XDG_STATE_HOME/extract default"
equal "$(summary .file)" null

# what is in force is what is used
unset EXTRACT_RANDOM_USER_USERS EXTRACT_STAGE_RETENTION_FILE
sandbox
configure "users = 5"
EXTRACT_RANDOM_USER_USERS=3 expect 0 "$EXTRACT" --source random_user --state "$TMP_CASE/elsewhere"
[[ ! -e state ]] || fail "the state folder of the file was used"
equal "$(WAREHOUSE=elsewhere/warehouse.db query 'SELECT count(*) FROM random_users')" 3

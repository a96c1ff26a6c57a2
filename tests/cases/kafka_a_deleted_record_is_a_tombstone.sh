# SPDX-License-Identifier: Apache-2.0
# A compacted topic with CloudEvents headers: keys of two columns, tombstones for records that the schema calls
# gone, and an id that is the same however often a record is sent.
. "$EXTRACT_SRCDIR/tests/kafka/lib.sh"
kafka_start
sandbox --no-limit
export EXTRACT_DATA="$TMP_CASE/data"
mkdir -p "$EXTRACT_DATA"
cp -R "$EXTRACT_SRCDIR/schemas" "$EXTRACT_SRCDIR/sources" "$EXTRACT_DATA/"
chmod -R u+w "$EXTRACT_DATA"
jq '."x-key" = ["nat", "user_key"]
    | ."x-topic" = {"cleanup": "compact", "partitions": 1, "tombstone": {"column": "gender", "equals": "female"}}' \
    "$EXTRACT_SRCDIR/schemas/random_user/users.json" >"$EXTRACT_DATA/schemas/random_user/users.json"
configure "users = 50" "page_size = 50" "[kafka]" "brokers = $PLAIN" "framing = cloudevents" "prefix = crm."
run 0
women=$(query "SELECT count(*) FROM random_users WHERE gender = 'female'")
[[ $women -gt 0 ]] || fail "none is female"
equal "$(consume crm.random_user.users '%S\n' | grep -cx -- -1)" "$women" "tombstones"
equal "$(consume crm.random_user.users '%k\n' | jq -c 'length' | sort -u)" 2 "columns of a key"
consume crm.random_user.users '%S %k %s\n' | grep -v '^-1' | cut -d' ' -f2- | while read -r key value; do
    echo "$key $value"; done | jq -sc 'while(length > 0; .[2:]) | (.[0] == [.[1].nat, .[1].user_key])' | sort -u >"$TMP_CASE/same"
equal "$(cat "$TMP_CASE/same")" true "keys and values"
consume crm.random_user.users '%h\n' >"$TMP_CASE/headers"
equal "$(grep -cE '^ce_specversion=1.0,ce_id=([0-9a-f]{32})/1/([0-9]+),ce_source=/random_user/users,ce_type=extract.random_user.users,ce_time=[-0-9T:.]+Z,ce_stage=\1,ce_seq=1,ce_index=\2,ce_schema=[0-9a-f]{64},ce_policy=[0-9a-f]{64},ce_batch=\1/1,traceparent=00-[0-9a-f]{32}-[0-9a-f]{16}-01,content-type=application/json$' "$TMP_CASE/headers")" 50 "headers"

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Each at its position of every page; the other records are as they would be.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/sandbox_start.inc"
sandbox_start --no-limit
curl -sS "$URL/api/1.4/?seed=h&results=14" >"$TMP_CASE/good"
sandbox_start --no-limit --hostile surrogate-pair@0,lone-surrogate@1,nul@2,control@3 \
    --hostile invalid-utf8@4,huge@5 --hostile postcode-2^63@6 \
    --hostile postcode-float@7,object@8,missing-uuid@9,duplicate-key@10,unknown-field@11,deep@12
curl -sS "$URL/api/1.4/?seed=h&results=14" >"$TMP_CASE/bad"
python3 - "$TMP_CASE/good" "$TMP_CASE/bad" <<'END'
import json, re, sys
from sandbox_client import check

good = json.load(open(sys.argv[1], encoding="utf-8"))["results"]
text = open(sys.argv[2], "rb").read()
edited = {}
rest = text
for name, pattern, plain in [
        ("surrogate-pair", rb'"first":"\\ud83d\\ude00"', None), ("lone-surrogate", rb'"first":"\\ud83d"', None),
        ("nul", rb'"first":"NUL\\u0000byte"', None), ("control", rb'"first":"raw\x01"', None),
        ("invalid-utf8", rb'"first":"\xff\xfe"', None), ("huge", rb'"first":"A{2097152}"', None),
        ("postcode-2^63", rb'"postcode":9223372036854775808,', None), ("postcode-float", rb'"postcode":75001\.5,', None),
        ("object", rb'"email":\{"address":"someone@example\.com"\}', None),
        ("duplicate-key", rb',"email":"second@example\.com"\}', None),
        ("unknown-field", rb',"favourite_colour":"teal"\}', None), ("deep", rb',"nest":\[{10000}\]{10000}\}', None)]:
    check(len(re.findall(pattern, text)), 1, name)
check(len(re.findall(rb'"uuid":', text)), 13, "missing-uuid")

# without what Python cannot read, all is legal JSON and the rest is untouched
readable = re.sub(rb'"nest":\[+\]+', b'"nest":[]', text).replace(b"\xff\xfe", b"x").replace(b"\x01", b"x")
users = json.loads(readable)["results"]
check(len(users), 14, "records")
check(users[13], good[13], "a good one")
for i in range(6):
    users[i]["name"]["first"] = good[i]["name"]["first"]
for i in (6, 7):
    users[i]["location"]["postcode"] = good[i]["location"]["postcode"]
users[8]["email"] = good[8]["email"]
users[9]["login"] = {"uuid": good[9]["login"]["uuid"], **users[9]["login"]}
users[10]["email"] = good[10]["email"]
del users[11]["favourite_colour"], users[12]["nest"]
check(users, good, "everything else")
END
curl -sS "$URL/api/1.4/?seed=h&results=14&inc=nat" | python3 -c 'import json, sys
users = json.load(sys.stdin)["results"]
assert users[0].keys() == {"nat"} and "favourite_colour" in users[11]' 2>/dev/null && fail "deep should break Python" || true
for wrong in nul nul@ nul@x nul@-1 nonsense@1 nul@1,; do
    "$EXTRACT_SANDBOX" --hostile "$wrong" 2>"$TMP_CASE/err" && fail "--hostile $wrong" || [ $? = 64 ] || fail "--hostile $wrong: status"
    grep -q -- --hostile "$TMP_CASE/err" || fail "--hostile $wrong is not explained"
done
sandbox_stop

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Trailing blanks, zero-width joiners, leading and trailing zeros and NULL beside the empty text: what
# a policy releases lands byte for byte.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/rows_recorded.inc"
recorded "[policy random_user/users]" "first_name = keep" "last_name = keep" "street_name = keep" \
    "street_number = keep" "postcode = keep" "latitude = keep" "longitude = keep" \
    "id_value = keep" "phone = keep" "dob = keep" "picture_large = keep"
run 0
WAREHOUSE="$TMP_CASE/state/warehouse.db" python3 - <<'EOF'
import json, os, sqlite3

users = json.load(open(os.environ["RECORDED"], encoding="utf-8"))["results"]
db = sqlite3.connect("file:%s?mode=ro" % os.environ["WAREHOUSE"], uri=True)
db.row_factory = sqlite3.Row
rows = db.execute("SELECT * FROM random_users ORDER BY position").fetchall()
assert len(rows) == 111
seen = dict.fromkeys(("trailing blank", "U+200C", "trailing zero", "number as text", "empty beside null"), 0)
for user, row in zip(users, rows):
    place = user["location"]
    for column, value in {
            "first_name": user["name"]["first"], "last_name": user["name"]["last"],
            "street_name": place["street"]["name"], "street_number": place["street"]["number"],
            "postcode": str(place["postcode"]), "latitude": place["coordinates"]["latitude"],
            "longitude": place["coordinates"]["longitude"], "id_name": user["id"]["name"],
            "id_value": user["id"]["value"], "phone": user["phone"], "city": place["city"],
            "dob": user["dob"]["date"].replace(".000Z", "Z"), "picture_large": user["picture"]["large"]}.items():
        assert row[column] == value, (row["position"], column, row[column], value)
    seen["trailing blank"] += row["street_name"].endswith(" ")
    seen["U+200C"] += any("\u200c" in str(value) for value in row)
    seen["trailing zero"] += row["latitude"].endswith("0")
    seen["number as text"] += isinstance(row["latitude"], str)
    seen["empty beside null"] += row["id_name"] == "" and row["id_value"] is None
assert seen["trailing blank"] == 5 and seen["empty beside null"] == 14, seen
assert seen["number as text"] == 111 and seen["trailing zero"] > 0, seen
assert seen["U+200C"] == sum("\u200c" in json.dumps(user, ensure_ascii=False) for user in users), seen
print(seen)
EOF

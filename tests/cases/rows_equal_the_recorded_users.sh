#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 111 recorded users against the warehouse: what is kept, rounded or generalised is computed again,
# pseudonyms are equal where the values are, and nothing personal is there in clear.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/rows_recorded.inc"
recorded
run 0
equal "$(summary .loaded)" 111 "rows loaded"
WAREHOUSE="$TMP_CASE/state/warehouse.db" python3 - <<'EOF'
import datetime, decimal, json, os, re, sqlite3, unicodedata

users = json.load(open(os.environ["RECORDED"], encoding="utf-8"))["results"]
db = sqlite3.connect("file:%s?mode=ro" % os.environ["WAREHOUSE"], uri=True)
db.row_factory = sqlite3.Row
rows = db.execute("SELECT * FROM random_users ORDER BY page, position").fetchall()
assert len(rows) == len(users) == 111, len(rows)
today = datetime.date(2026, 11, 2)


def age(text):
    day = datetime.date.fromisoformat(text[:10])
    return today.year - day.year - ((today.month, today.day) < (day.month, day.day))


def band(years):
    low = years // 5 * 5
    return "90+" if years >= 90 else "%d-%d" % (low, low + 4)


def rounded(text):
    tenth = decimal.Decimal(text).quantize(decimal.Decimal("0.1"), decimal.ROUND_HALF_UP)
    return decimal.Decimal(0) if tenth == 0 else tenth


def minutes(offset):
    sign, hours, rest = re.fullmatch(r"([+-]?)(\d+):(\d\d)", offset).groups()
    return (int(hours) * 60 + int(rest)) * (-1 if sign == "-" else 1)


def folded(form, collapse=False):
    def fold(text):
        text = unicodedata.normalize(form, text).strip()
        text = re.sub(r"\s+", " ", text) if collapse else text
        return unicodedata.normalize(form, text.casefold())
    return fold


def exactly(text):
    return unicodedata.normalize("NFC", text).strip()


name, fold = folded("NFKC", collapse=True), folded("NFC")
dropped = ["title", "street_number", "street_name", "postcode", "id_value", "location", "address",
           "picture_large", "picture_medium", "picture_thumbnail"]
tokens = {}  # class, canonical text: token
for position, (user, row) in enumerate(zip(users, rows)):
    place, login = user["location"], user["login"]
    kept = {
        "gender": user["gender"], "nat": user["nat"], "city": place["city"],
        "state": place["state"], "country": place["country"],
        "tz_offset_minutes": minutes(place["timezone"]["offset"]),
        "tz_description": place["timezone"]["description"], "id_name": user["id"]["name"],
        "email_domain": user["email"].rsplit("@", 1)[1],
        "dob": user["dob"]["date"][:4] + "-01-01T00:00:00Z",
        "birth_year": int(user["dob"]["date"][:4]), "dob_age": band(age(user["dob"]["date"])),
        "registered_at": user["registered"]["date"][:10] + "T00:00:00Z",
        "registered_age": age(user["registered"]["date"]), "api_version": "1.4",
        "seed": "b92435b8050047da", "page": 1, "position": position,
    }
    kept.update((column, None) for column in dropped)
    for column, value in kept.items():
        assert row[column] == value, (position, column, row[column], value)
    for column in ("latitude", "longitude"):
        found, value = decimal.Decimal(row[column]), rounded(place["coordinates"][column])
        assert found == value, (position, column, found, value)

    full = "%s. %s %s" % (user["name"]["title"], user["name"]["first"], user["name"]["last"])
    for column, kind, text in (
            ("first_name", "name", name(user["name"]["first"])),
            ("last_name", "name", name(user["name"]["last"])), ("full_name", "name", name(full)),
            ("email", "email", fold(user["email"])),
            ("username", "username", fold(login["username"])),
            ("user_key", "uuid", login["uuid"].strip().lower()),
            ("phone", "phonetext", exactly(user["phone"])),
            ("cell", "phonetext", exactly(user["cell"])),
            ("postcode_hash", "postcode",
             re.sub(r"\s+", " ", unicodedata.normalize("NFKC", str(place["postcode"])).strip()).upper())):
        token = row[column]
        assert re.fullmatch(kind + r"_1_[a-z2-7]{26}", token), (position, column)
        assert tokens.setdefault((kind, text), token) == token, (position, column, "differs")
assert len(set(tokens.values())) == len(tokens), "two values share a pseudonym"

# every value that is not released, and that is long enough not to be there by chance
dump = "\n".join(str(value) for row in rows for value in row)
for user in users:
    login, place = user["login"], user["location"]
    secrets = [user["email"], login["uuid"], login["salt"], login["md5"], login["sha1"], login["sha256"],
               user["phone"], user["cell"], place["street"]["name"], user["picture"]["large"],
               user["dob"]["date"], user["registered"]["date"], user["id"]["value"] or "",
               place["coordinates"]["latitude"] + ",", login["username"],
               user["name"]["first"] + " " + user["name"]["last"]]
    for secret in secrets:
        assert len(secret) < 6 or secret not in dump, "in clear"
EOF

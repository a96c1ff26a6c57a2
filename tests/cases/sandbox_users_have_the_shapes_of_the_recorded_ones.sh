#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Keys, their order, types and formats of every field, for every nationality.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/sandbox_start.inc"
need_recorded
sandbox_start --no-limit
python3 - <<'END'
import collections, json, os, re
from sandbox_client import page, check


def recorded(name):
    with open(os.environ[name], encoding="utf-8") as file:
        return json.load(file)["results"]


def shape(value):
    """Keys in order, and the type of each leaf."""
    if isinstance(value, dict):
        return [(key, shape(member)) for key, member in value.items()]
    return type(value).__name__


def form(text):
    return re.sub("[A-ZÀ-Ý]", "@", re.sub("[0-9]", "#", str(text)))


real = recorded("RECORDED_111") + recorded("RECORDED_1")
ours = [user for number in (1, 2) for user in page(f"results=5000&seed=shapes&page={number}").users]
check(len(ours), 10000, "users")

shapes = collections.defaultdict(list)
for user in ours:
    if shape(user) not in shapes[user["nat"]]:
        shapes[user["nat"]].append(shape(user))
for user in real:
    assert shape(user) in shapes[user["nat"]], (user["nat"], shape(user))
for nat, seen in shapes.items():
    check(len(seen), 1, f"shapes of {nat}")
check(len(shapes), 21, "nationalities")

forms = collections.defaultdict(set)
for user in ours:
    for name, value in (("phone", user["phone"]), ("cell", user["cell"]),
                        ("id.name", user["id"]["name"]), ("id.value", user["id"]["value"]),
                        ("postcode", user["location"]["postcode"]),
                        ("country", user["location"]["country"])):
        forms[user["nat"], name].add(value if name in ("id.name", "country") else form(value))
for user in real:
    nat = user["nat"]
    for name, value in (("phone", user["phone"]), ("cell", user["cell"]),
                        ("id.value", user["id"]["value"]),
                        ("postcode", user["location"]["postcode"])):
        assert form(value) in forms[nat, name], (nat, name, value, forms[nat, name])
    check({user["id"]["name"]}, forms[nat, "id.name"], f"id.name of {nat}")
    check({user["location"]["country"]}, forms[nat, "country"], f"country of {nat}")

patterns = {
    "email": r"[a-z0-9.-]+@example\.com",
    "login.uuid": r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
    "login.username": r"[a-z]+\d{3}",
    "login.salt": r"[0-9A-Za-z]{8}",
    "login.md5": r"[0-9a-f]{32}", "login.sha1": r"[0-9a-f]{40}", "login.sha256": r"[0-9a-f]{64}",
    "dob.date": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",
    "registered.date": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",
    "location.coordinates.latitude": r"-?\d{1,2}\.\d{4}",
    "location.coordinates.longitude": r"-?\d{1,3}\.\d{4}",
    "location.timezone.offset": r"0:00|[+-]\d{1,2}:(00|30|45)",
    "picture.large": r"https://randomuser\.me/api/portraits/(men|women)/\d\d?\.jpg",
    "picture.medium": r"https://randomuser\.me/api/portraits/med/(men|women)/\d\d?\.jpg",
    "picture.thumbnail": r"https://randomuser\.me/api/portraits/thumb/(men|women)/\d\d?\.jpg",
}
import hashlib
for user in real + ours:
    for path, pattern in patterns.items():
        value = user
        for key in path.split("."):
            value = value[key]
        assert re.fullmatch(pattern, value), (path, value)
    login = user["login"]
    for name in ("md5", "sha1", "sha256"):
        digest = hashlib.new(name, (login["password"] + login["salt"]).encode()).hexdigest()
        check(login[name], digest, name)
    check("women" in user["picture"]["large"], user["gender"] == "female", "portrait")
    assert "1944-08-25T17:46:40" <= user["dob"]["date"] <= "2001-05-28T22:16:29.999Z"
    assert "2002-03-21" <= user["registered"]["date"] < "2022-05-24"

by_nat = collections.defaultdict(list)
for user in ours:
    by_nat[user["nat"]].append(user)
for nat, users in by_nat.items():
    codes = [user["location"]["postcode"] for user in users]
    low, high = {"AU": (200, 9999), "CH": (1000, 9999)}.get(nat, (10000, 99999))
    if nat in ("CA", "GB", "NL", "NO"):
        assert all(isinstance(code, str) for code in codes), nat
    else:
        assert all(isinstance(code, int) and low <= code <= high for code in codes), nat
    ids = {user["id"]["value"] for user in users}
    if nat in ("IR", "NZ", "TR", "UA"):
        check(ids, {None}, f"ids of {nat}")
    if nat == "FI":
        assert len(ids) < len(users), "Finnish ids repeat"
        assert all(re.fullmatch(r"NaNNA\d{3}undefined", value) for value in ids)
assert any(code["location"]["postcode"].startswith("0") for code in by_nat["NO"]), "leading zeros"

everything = json.dumps(ours, ensure_ascii=False)
check(len({user["location"]["timezone"]["offset"] for user in ours}), 30, "offsets")
assert any(user["location"]["street"]["name"].endswith(" ") for user in by_nat["BR"]), "blanks"
assert any(user["location"]["street"]["name"] == "" for user in by_nat["UA"]), "empty street"
assert '"La ""d"""' in {user["location"]["city"] for user in by_nat["MX"]}, "quotes"
assert "\u200c" in everything and "ı" in everything and "đ" in everything
assert max(map(ord, everything)) <= 0xFFFF, "nothing beyond the BMP"
check(len({user["login"]["uuid"] for user in ours}), len(ours), "different uuids")
titles = {nat: {user["name"]["title"] for user in users} for nat, users in by_nat.items()}
check(titles["CH"], {"Monsieur", "Madame", "Mademoiselle"}, "Swiss titles")
check(titles["US"], {"Mr", "Miss", "Mrs", "Ms"}, "titles")
END
sandbox_stop

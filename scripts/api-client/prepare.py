"""Makes a demonstration ready for the generated client: a token for each user that it names, prescriptions in every state
that the studio can meet, and the ids of what really is there. Arguments: address, log of the demonstration, folder to
write into (`world.json`)."""

import json
import sys
import time
import urllib.parse
import urllib.request
from html.parser import HTMLParser
from http.cookiejar import CookieJar

BASE, LOG, WORK = sys.argv[1:]
VALIDATED, DECLINED, WAITING = 4, 2, 2


def ask(path, token=None, body=None, key=None):
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if key:
        headers["Idempotency-Key"] = key
    data = None if body is None else json.dumps(body).encode()
    return json.load(urllib.request.urlopen(urllib.request.Request(BASE + path, data, headers), timeout=30))


class Form(HTMLParser):
    """What the form of a page that is posted to `action` would send, untouched."""

    def __init__(self, action):
        super().__init__()
        self.action, self.inside, self.fields = action, False, {}

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self.inside = attrs.get("action") == self.action
        elif tag == "input" and self.inside and attrs.get("name"):
            self.fields[attrs["name"]] = attrs.get("value", "")
        elif tag == "option" and self.inside and attrs.get("value"):
            # The first reason will do.
            self.fields.setdefault("motivo", attrs["value"])


class Doctor:
    """The doctor on the phone: what no program may do."""

    def __init__(self, name, password):
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        # A form that comes from elsewhere is refused.
        opener.addheaders.append(("Origin", BASE))
        self.open = opener.open
        self.submit("/millelight/accedi", "/millelight/accedi", {"username": name, "password": password})

    def submit(self, page, action, filled=None):
        form = Form(action)
        form.feed(self.open(BASE + page, timeout=30).read().decode())
        if "_csrf" not in form.fields:
            sys.exit(f"{page} has no form for {action}")
        data = urllib.parse.urlencode({**form.fields, **(filled or {})}).encode()
        self.open(BASE + action, data, timeout=60)


def connect(name, password):
    wanted = {"username": name, "password": password, "client": "Prova automatica"}
    return ask("/api/v1/token", body=wanted)["token"]


def main():
    words = [line.split() for line in open(LOG, encoding="utf-8") if line.startswith("utente ")]
    # Patients have a portal, not programs.
    staff = [word for word in words if word[1] != "ASSISTITO"]
    users = [{"role": role, "name": name, "password": password} for _, role, name, password in staff]
    for user in users:
        user["token"] = connect(user["name"], user["password"])
    studio = next(user for user in users if user["role"] == "COLLABORATORE")
    doctor = next(user for user in users if user["role"] == "MEDICO")
    number = ask("/api/v1/doctors", studio["token"])["doctors"][0]["id"]
    archive = f"/api/v1/doctors/{number}"
    patients = [one["id"] for one in ask(f"{archive}/patients/search", studio["token"], {"text": "sacc"})["patients"]]
    drugs = ask(f"{archive}/formulary?q=zimox", studio["token"])["packages"]
    drugs = [drug["aic"] for drug in drugs if drug["on_ssn"]]
    made = []
    for place in range(VALIDATED + DECLINED + WAITING):
        item = {"aic": drugs[0], "pieces": 1, "posology": "1 ogni 12 ore"}
        wanted = {"patient": patients[0], "items": [item]}
        made += ask(f"{archive}/prescriptions", studio["token"], wanted, f"prepare-{place}")["prescriptions"]
    phone = Doctor(doctor["name"], doctor["password"])
    listed = "/millelight/da-validare"
    for one in made[:VALIDATED]:
        phone.submit(listed, f"{listed}/{one}/invia")
    for one in made[VALIDATED : VALIDATED + DECLINED]:
        phone.submit(f"{listed}/{one}/annulla", f"{listed}/{one}/annulla")
    for _ in range(100):
        counters = ask(f"{archive}/counters", studio["token"])
        if (counters["validated"], counters["annulled"]) == (VALIDATED, DECLINED):
            break
        time.sleep(0.3)
    else:
        sys.exit(f"the doctor's answers did not arrive: {counters}")
    real = {"doctor": [number], "patient": patients, "prescription": made, "download": []}
    with open(f"{WORK}/world.json", "w", encoding="utf-8") as world:
        json.dump({"users": users, "real": real, "drugs": drugs}, world)


main()

"""Leads part of the generated requests to what really is there: left to chance, an address names nobody's prescription and
every answer is 404. Notes what came of each operation, for `judge.py`."""

import json
import os
import random

import schemathesis

WORLD = json.load(open(os.environ["FUZZ_WORLD"], encoding="utf-8"))
USER = next(user for user in WORLD["users"] if user["name"] == os.environ["FUZZ_USER"])
REAL, DRUGS = WORLD["real"], WORLD["drugs"]
SEEN = open(os.environ["FUZZ_SEEN"], "a", encoding="utf-8", buffering=1)
CHANCE = random.Random(20260925)


def put_real_ids(case):
    for name in list(case.path_parameters or {}):
        if REAL[name] and CHANCE.random() < 0.8:
            case.path_parameters[name] = CHANCE.choice(REAL[name])


def put_new_key(case):
    for name in list(case.headers or {}):
        if name.lower() == "idempotency-key" and CHANCE.random() < 0.7:
            case.headers[name] = f"{CHANCE.getrandbits(128):032x}"


def put_real_body(case, operation):
    if not isinstance(case.body, dict) or CHANCE.random() < 0.5:
        return
    if operation == "createToken":
        case.body = {"username": USER["name"], "password": USER["password"], "client": "Prova automatica"}
    elif operation == "preparePrescriptions":
        drug = {"aic": CHANCE.choice(DRUGS), "pieces": CHANCE.randint(1, 2), "posology": "1 ogni 12 ore"}
        case.body = {**case.body, "patient": CHANCE.choice(REAL["patient"]), "items": [drug]}
    elif operation == "deliverPrescription":
        case.body = {"channel": CHANCE.choice(["email", "print"])}


@schemathesis.hook
def before_call(context, case, kwargs):
    put_real_ids(case)
    put_new_key(case)
    put_real_body(case, case.operation.definition.raw["operationId"])


@schemathesis.hook
def after_call(context, case, response):
    operation = case.operation.definition.raw["operationId"]
    # A method that the document does not know is another question.
    if case.method.upper() == case.operation.method.upper():
        print(operation, response.status_code, file=SEEN)
    if operation == "offerDownload" and response.status_code == 201:
        offer = response.json()["id"]
        if offer not in REAL["download"]:
            REAL["download"].append(offer)

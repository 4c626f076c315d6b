"""The vectors of tests/vectors/cos_q_sign.json: documented ones, requests recorded from the SDKs, and oddities."""

import base64
import json
from pathlib import Path

import pytest

from ci_emulator.auth import cos_q_sign, percent
from ci_emulator.auth.cos_q_canonical import sha1_hex, sign_key
from ci_emulator.auth.credentials import Credential, StaticCredentials
from ci_emulator.auth.model import SignedRequest

CASES = json.loads((Path(__file__).parents[2] / "vectors" / "cos_q_sign.json").read_text("utf-8"))
REQUESTS = [case for case in CASES if "request" in case]
FORMS = [case for case in CASES if "form" in case]


def names(case):
    return case["name"]


@pytest.mark.parametrize("case", REQUESTS, ids=names)
def test_vector(case):
    credentials = StaticCredentials(Credential(**fields) for fields in case["credentials"])
    request = SignedRequest(**case["request"])
    expect = case["expect"]

    verdict = cos_q_sign.verify(request, credentials, case["now"], extra_hosts=case.get("extra_hosts", ()))

    assert verdict.reason == expect["reason"], verdict
    assert expect.get("diagnosis", "") in verdict.diagnosis
    if verdict.accepted:
        assert verdict.credential is credentials.find(case["credentials"][0]["secret_id"])


@pytest.mark.parametrize("case", [case for case in REQUESTS if "sign_key" in case["expect"]], ids=names)
def test_documented_intermediate_values(case):
    found = cos_q_sign.find_signature(SignedRequest(**case["request"]))
    assert isinstance(found, cos_q_sign.QSignature)
    secret_key = case["credentials"][0]["secret_key"]
    assert sign_key(secret_key, found.key_time).decode() == case["expect"]["sign_key"]
    # The server shows its HttpString only when it refuses, so ask it with a wrong secret.
    wrong = StaticCredentials([Credential(found.secret_id, "wrong", "1250000000")])
    verdict = cos_q_sign.verify(SignedRequest(**case["request"]), wrong, case["now"])
    assert sha1_hex(verdict.format_string.encode()) == case["expect"]["format_string_sha1"]
    assert verdict.string_to_sign == f"sha1\n{found.sign_time}\n{case['expect']['format_string_sha1']}\n"


@pytest.mark.parametrize("case", FORMS, ids=names)
def test_post_form(case):
    form, expect = case["form"], case["expect"]
    policy = base64.b64decode(form["policy_base64"])
    assert sha1_hex(policy) == expect["policy_sha1"]
    assert sign_key(form["secret_key"], form["key_time"]) == percent.to_bytes(expect["sign_key"])
    signature = cos_q_sign.post_form_signature(form["secret_key"], form["key_time"], policy)
    assert signature == expect["signature"]


def test_the_host_that_was_not_connected_to_is_refused_unless_it_is_given():
    case = next(case for case in REQUESTS if "extra_hosts" in case)
    credentials = StaticCredentials(Credential(**fields) for fields in case["credentials"])
    verdict = cos_q_sign.verify(SignedRequest(**case["request"]), credentials, case["now"])
    assert verdict.reason == "signature-mismatch"

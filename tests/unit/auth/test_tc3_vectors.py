"""The vectors of tests/vectors/tc3.json: documented ones and requests recorded from the SDKs."""

import hashlib
import json
from pathlib import Path

import pytest

from ci_emulator.auth import tc3
from ci_emulator.auth.credentials import Credential, StaticCredentials
from ci_emulator.auth.model import Reason, SignedRequest

CASES = json.loads((Path(__file__).parents[2] / "vectors" / "tc3.json").read_text("utf-8"))


def request_of(case):
    return SignedRequest(**{**case["request"], "body": case["request"]["body"].encode()})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_vector(case):
    credentials = StaticCredentials(Credential(**fields) for fields in case["credentials"])
    verdict = tc3.verify(request_of(case), credentials, case["now"])
    assert verdict.reason == case["expect"]["reason"], verdict
    assert case["expect"].get("diagnosis", "") in verdict.diagnosis
    if verdict.accepted:
        assert verdict.credential is credentials.find(case["credentials"][0]["secret_id"])


@pytest.mark.parametrize(
    "case", [case for case in CASES if "canonical_sha256" in case["expect"]], ids=lambda c: c["name"]
)
def test_documented_canonical_request(case):
    # The documented sample signs the lower-case action name, which the first candidate does when it is sent so.
    fields = case["request"]
    headers = {**fields["headers"], "x-tc-action": fields["headers"]["x-tc-action"].lower()}
    wrong = StaticCredentials([Credential(case["credentials"][0]["secret_id"], "wrong", "1250000000")])
    request = SignedRequest(**{**fields, "headers": headers, "body": fields["body"].encode()})
    verdict = tc3.verify(request, wrong, case["now"])
    assert verdict.reason is Reason.SIGNATURE_MISMATCH
    digest = hashlib.sha256(verdict.format_string.encode()).hexdigest()
    assert digest == case["expect"]["canonical_sha256"]
    assert verdict.string_to_sign == f"TC3-HMAC-SHA256\n1551113065\n2019-02-25/cvm/tc3_request\n{digest}"

"""Which of several readings a request is about, when its signature is right, wrong, or not looked at."""

import pytest

from ci_emulator.auth import oss_v1, oss_v4
from ci_emulator.auth.credentials import Credential, StaticCredentials
from ci_emulator.auth.oss_model import Facts, Fault, Signed

KEY = Credential("LTAIa", "secret-a", "1250000000")
PAIRS = StaticCredentials([KEY])
NOW = 1795248971
READINGS = [Signed("photos", "photos/a"), Signed("photos", "a"), Signed("others", "photos/a")]


def v1(resources, secret="secret-a", secret_id="LTAIa"):
    headers = {"x-oss-date": "Sat, 21 Nov 2026 08:16:11 GMT"}
    text = oss_v1.sign(Facts("GET", "", headers, resources), secret, headers["x-oss-date"])
    return {**headers, "authorization": f"OSS {secret_id}:{text}"}, oss_v1.verify_header


def v4(resources, secret="secret-a", secret_id="LTAIa"):
    headers = {"x-oss-date": "20261121T081611Z", "x-oss-content-sha256": "UNSIGNED-PAYLOAD"}
    text = oss_v4.sign(Facts("GET", "", headers, resources), secret, headers["x-oss-date"], "eu-nowhere-1")
    scope = "20261121/eu-nowhere-1/oss/aliyun_v4_request"
    credential = f"Credential={secret_id}/{scope}"
    return {
        **headers,
        "authorization": f"OSS4-HMAC-SHA256 {credential},Signature={text}",
    }, oss_v4.verify_header


def judge(made, *, check_signature=True):
    headers, verify = made
    return verify(Facts("GET", "", headers, READINGS), PAIRS, NOW, check_signature=check_signature)


@pytest.mark.parametrize("sign", [v1, v4])
@pytest.mark.parametrize("reading", READINGS, ids=lambda reading: reading.path)
@pytest.mark.parametrize("check_signature", [True, False])
def test_the_signature_decides(sign, reading, check_signature):
    judgement = judge(sign([reading]), check_signature=check_signature)
    assert (judgement.fault, judgement.resource) == (None, reading)


@pytest.mark.parametrize(("sign", "fault"), [(v1, Fault.MISMATCH_V1), (v4, Fault.MISMATCH_V4)])
def test_none_is_right(sign, fault):
    made = sign([Signed("elsewhere", "a")])
    assert judge(made).fault is fault
    judgement = judge(made, check_signature=False)
    assert (judgement.fault, judgement.resource) == (None, READINGS[0])
    assert judgement.verdict.credential is KEY


@pytest.mark.parametrize("sign", [v1, v4])
def test_an_unknown_key_is_taken_when_signatures_are_not_looked_at(sign):
    made = sign(READINGS, "anything", "LTAIz")
    assert judge(made).fault is Fault.UNKNOWN_KEY
    judgement = judge(made, check_signature=False)
    assert (judgement.fault, judgement.resource) == (None, None)
    assert (judgement.verdict.credential, judgement.verdict.secret_id) == (None, "LTAIz")

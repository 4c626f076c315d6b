"""What the log says about an OSS signature that does not match."""

import pytest
from msgspec.structs import replace

from ci_emulator.auth import oss_v1, oss_v4
from ci_emulator.auth.credentials import Credential, StaticCredentials
from ci_emulator.auth.oss_diagnosis import diagnose
from ci_emulator.auth.oss_model import Facts, Signed

KEY = Credential("LTAIa", "secret-a", "1250000000")
OTHER = Credential("LTAIb", "secret-b", "1250000000")
PAIRS = StaticCredentials([OTHER, KEY])
NOW = 1795248971
V1_DATE, V4_DATE = "Sat, 21 Nov 2026 08:16:11 GMT", "20261121T081611Z"

PLAIN = Facts("GET", "", {}, [Signed("photos", "a.png")])
TYPED = replace(PLAIN, headers={"content-type": "image/png", "content-md5": "1B2M2Y8AsgTpgAmY7PhCfg=="})
PROCESSED = replace(PLAIN, raw_query="prefix=a&x-oss-process=image%2Fcodes")


def diagnosis(version, signed, sent, secret="secret-a"):
    if version == "v1":
        dated = {"x-oss-date": V1_DATE}
        text = oss_v1.sign(replace(signed, headers={**signed.headers, **dated}), secret, V1_DATE)
        authorization, verify = f"OSS LTAIa:{text}", oss_v1.verify_header
    else:
        dated = {"x-oss-date": V4_DATE, "x-oss-content-sha256": "UNSIGNED-PAYLOAD"}
        request = replace(signed, headers={**signed.headers, **dated})
        text = oss_v4.sign(request, secret, V4_DATE, "cn-hangzhou")
        scope = f"{V4_DATE[:8]}/cn-hangzhou/oss/aliyun_v4_request"
        authorization = f"OSS4-HMAC-SHA256 Credential=LTAIa/{scope}, Signature={text}"
        verify = oss_v4.verify_header
    headers = {**sent.headers, **dated, "authorization": authorization}
    return verify(replace(sent, headers=headers), PAIRS, NOW).verdict.diagnosis


@pytest.mark.parametrize("version", ["v1", "v4"])
@pytest.mark.parametrize(
    ("signed", "sent", "secret", "why"),
    [
        (PLAIN, PLAIN, "secret-a", ""),
        (PLAIN, replace(PLAIN, method="PUT"), "secret-a", "signed for GET, sent as PUT"),
        (
            replace(TYPED, headers={"content-md5": TYPED.headers["content-md5"]}),
            TYPED,
            "secret-a",
            "signed without content-type, which was sent",
        ),
        (
            replace(TYPED, headers={"content-type": "image/png"}),
            TYPED,
            "secret-a",
            "signed without content-md5, which was sent",
        ),
        (
            replace(PLAIN, raw_query="prefix=a"),
            PROCESSED,
            "secret-a",
            "signed without x-oss-process, which was added: sign it too",
        ),
        (replace(PLAIN, resources=[Signed("photos")]), PLAIN, "secret-a", "signed without the key"),
        (PLAIN, PLAIN, "LTAIa", "signed with the AccessKeyId in place of the AccessKeySecret"),
        (PLAIN, PLAIN, "secret-b", "signed with the AccessKeySecret of another pair, LTAIb"),
        (
            PLAIN,
            PLAIN,
            "nothing",
            "the secret is wrong, or something signed was changed on the way; the resource was taken to be"
            " '/photos/a.png'",
        ),
    ],
)
def test_diagnosis(version, signed, sent, secret, why):
    assert diagnosis(version, signed, sent, secret) == why


def test_a_diagnosis_is_one_line_without_the_secret_and_the_signature():
    strange = replace(PLAIN, resources=[Signed("photos", "a\nb\x07")])
    for version in ("v1", "v4"):
        why = diagnosis(version, PLAIN, strange)
        assert why.isprintable()
        assert "secret-a" not in why


def test_a_mismatch_costs_little_however_many_pairs_there_are():
    pairs = [Credential(f"LTAI{number}", f"secret-{number}", "1250000000") for number in range(1000)]
    asked, signed = [], []

    def texts(request):
        asked.append(request)
        return [f"{request.method} {about.path}" for about in request.resources]

    def sign(secret, text):
        signed.append((secret, text))
        return f"{secret}: {text}"

    def told(signature):
        asked.clear()
        signed.clear()
        return diagnose(PROCESSED, signature, KEY, StaticCredentials(pairs), texts, sign)

    assert told("secret-3: GET /photos/a.png") == "signed with the AccessKeySecret of another pair, LTAI3"
    assert told("nothing").startswith("the secret is wrong")
    assert asked.count(PROCESSED) == 1
    assert len(asked) < 10
    assert len(signed) < 25

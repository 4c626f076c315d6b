"""The v1 signature: vectors, refusals, and properties."""

import base64
import hmac
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ci_emulator.auth import tc_v1
from ci_emulator.auth.credentials import Credential, StaticCredentials
from ci_emulator.auth.model import Reason

CASES = json.loads((Path(__file__).parents[2] / "vectors" / "tc_v1.json").read_text("utf-8"))
NOW = 1700000000
KEY = Credential("AKIDa", "secret-a", "1250000000")
CREDENTIALS = StaticCredentials(
    [KEY, Credential("AKIDt", "secret-t", "1250000000", token="TOK", expires=NOW)]
)
HOST = "127.0.0.1:9000"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_vector(case):
    credentials = StaticCredentials(Credential(**fields) for fields in case["credentials"])
    params = [tuple(pair) for pair in case["params"]]
    verdict = tc_v1.verify(params, case["method"], case["host"], credentials, case["now"])
    assert verdict.accepted, verdict
    assert verdict.credential is credentials.find(case["credentials"][0]["secret_id"])


def signed(params=(), secret_key="secret-a", method="POST", host=HOST, **common):
    fields = {"Action": "QrcodeOCR", "SecretId": "AKIDa", "Timestamp": str(NOW), "Nonce": "1", **common}
    pairs = [*fields.items(), *params]
    return [*pairs, ("Signature", tc_v1.sign(pairs, method, host, secret_key))]


@pytest.mark.parametrize(
    ("params", "reason", "diagnosis"),
    [
        ([("Action", "QrcodeOCR")], Reason.UNSIGNED, "neither"),
        ([("SecretId", "AKIDa")], Reason.MALFORMED, "Signature is missing"),
        ([("Signature", "x")], Reason.MALFORMED, "SecretId is missing"),
        ([*signed(), ("SignatureMethod", "HmacMD5")], Reason.MALFORMED, "SignatureMethod"),
        (signed(Timestamp="soon"), Reason.MALFORMED, "'soon'"),
        (signed(Timestamp="9" * 400), Reason.MALFORMED, "Timestamp"),
        (signed(Timestamp=""), Reason.MALFORMED, "Timestamp"),
        (signed(Timestamp=str(NOW - 301)), Reason.EXPIRED, "301 s old"),
        (signed(Timestamp=str(NOW + 301)), Reason.NOT_YET_VALID, "301 s ahead"),
        (signed(SecretId="AKIDunknown"), Reason.UNKNOWN_KEY, "AKIDunknown"),
        (signed(secret_key="other"), Reason.SIGNATURE_MISMATCH, "127.0.0.1:9000 or 127.0.0.1"),
        (signed(Token="TOK"), Reason.TOKEN_INVALID, "permanent"),
        (signed(secret_key="secret-t", SecretId="AKIDt"), Reason.TOKEN_INVALID, "missing"),
        (signed(secret_key="secret-t", SecretId="AKIDt", Token="tok"), Reason.TOKEN_INVALID, "not the one"),
    ],
)
def test_refusal(params, reason, diagnosis):
    verdict = tc_v1.verify(params, "POST", HOST, CREDENTIALS, NOW)
    assert verdict.reason is reason
    assert diagnosis in verdict.diagnosis


@pytest.mark.parametrize("offset", [-300, 300])
def test_the_window_includes_its_ends(offset):
    assert tc_v1.verify(signed(Timestamp=str(NOW + offset)), "POST", HOST, CREDENTIALS, NOW).accepted


def test_a_temporary_key_works_with_its_token_until_it_runs_out():
    params = signed(secret_key="secret-t", SecretId="AKIDt", Token="TOK")
    assert tc_v1.verify(params, "POST", HOST, CREDENTIALS, NOW).accepted
    assert tc_v1.verify(params, "POST", HOST, CREDENTIALS, NOW + 1).reason is Reason.TOKEN_EXPIRED


def test_a_plus_that_was_sent_bare_is_named():
    nonce = next(n for n in range(1000) if "+" in signed(Nonce=str(n))[-1][1])
    *params, (_, signature) = signed(Nonce=str(nonce))
    verdict = tc_v1.verify(
        [*params, ("Signature", signature.replace("+", " "))], "POST", HOST, CREDENTIALS, NOW
    )
    assert verdict.diagnosis == "the Signature holds a + that was not sent as %2B"


def test_another_hash_than_the_one_named_is_told():
    *params, (_, signature) = signed(SignatureMethod="HmacSHA256")
    verdict = tc_v1.verify([*params, ("Signature", signature)], "POST", HOST, CREDENTIALS, NOW)
    assert verdict.accepted
    swapped = [
        ("SignatureMethod", "HmacSHA1") if name == "SignatureMethod" else (name, value)
        for name, value in params
    ]
    text = f"POST{HOST}/?" + "&".join(f"{name}={value}" for name, value in sorted(swapped))
    by_sha256 = base64.b64encode(hmac.digest(b"secret-a", text.encode(), "sha256")).decode()
    verdict = tc_v1.verify([*swapped, ("Signature", by_sha256)], "POST", HOST, CREDENTIALS, NOW)
    assert verdict.diagnosis == "signed with HmacSHA256, but SignatureMethod says otherwise"


def test_without_check_an_unknown_key_passes_but_an_old_timestamp_does_not():
    params = [("SecretId", "AKIDunknown"), ("Signature", "x"), ("Timestamp", str(NOW))]
    verdict = tc_v1.verify(params, "GET", HOST, CREDENTIALS, NOW, check_signature=False)
    assert (verdict.accepted, verdict.credential, verdict.secret_id) == (True, None, "AKIDunknown")
    late = tc_v1.verify(params, "GET", HOST, CREDENTIALS, NOW + 301, check_signature=False)
    assert late.reason is Reason.EXPIRED


def test_without_check_a_wrong_signature_of_a_known_key_passes():
    params = [("SecretId", "AKIDa"), ("Signature", "x"), ("Timestamp", str(NOW))]
    assert tc_v1.verify(params, "GET", HOST, CREDENTIALS, NOW, check_signature=False).credential is KEY


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
BUSINESS = st.dictionaries(
    st.from_regex(r"[A-Z][a-z_]{1,6}(\.[0-9])?", fullmatch=True).map("P".__add__), TEXT, max_size=4
)


@settings(deadline=None)
@given(BUSINESS, st.sampled_from(["GET", "POST"]), st.sampled_from(["HmacSHA1", "HmacSHA256"]), st.data())
def test_signed_requests_pass_and_changed_ones_do_not(business, method, algorithm, data):
    params = signed(list(business.items()), method=method, SignatureMethod=algorithm)
    assert tc_v1.verify(params, method, HOST, CREDENTIALS, NOW).accepted
    position = data.draw(st.integers(0, len(params) - 1))
    name, value = params[position]
    params[position] = (name, value + "x")
    assert not tc_v1.verify(params, method, HOST, CREDENTIALS, NOW).accepted


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["SecretId", "Signature", "Timestamp", "Token", "SignatureMethod"]), TEXT)
    )
)
def test_any_parameters_get_a_verdict(params):
    assert not tc_v1.verify(params, "GET", "", CREDENTIALS, NOW).accepted

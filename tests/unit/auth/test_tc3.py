"""TC3-HMAC-SHA256: what is refused and why, and properties of signing and verifying."""

import hashlib
import hmac

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ci_emulator.auth import tc3
from ci_emulator.auth.credentials import Credential, StaticCredentials
from ci_emulator.auth.model import Reason, SignedRequest

NOW = 1700000000
HOST = "ocr.tencentcloudapi.com"
KEY = Credential("AKIDa", "secret-a", "1250000000")
TEMPORARY = Credential("AKIDt", "secret-t", "1250000000", token="TOK", expires=NOW + 100)
CREDENTIALS = StaticCredentials([KEY, TEMPORARY])
SIGNED = {"content-type": "application/json", "host": HOST}


def signed(
    method="POST", body=b"{}", query="", *, key=KEY, timestamp=NOW, service="ocr", headers=None, wire=None
):
    """Return a request signed as documented; `wire` adds or replaces headers after signing."""
    headers = {**SIGNED, **(headers or {})}
    value = tc3.sign(
        key, method, timestamp=timestamp, service=service, headers=headers, body=body, raw_query=query
    )
    sent = {**headers, "x-tc-timestamp": str(timestamp), "authorization": value, **(wire or {})}
    return SignedRequest(method, "/", query, headers["host"], sent, body)


def changed(request, **facts):
    names = ("method", "raw_path", "raw_query", "host", "headers", "body")
    return SignedRequest(**{name: facts.get(name, getattr(request, name)) for name in names})


def authorised(value):
    return signed(wire={"authorization": value})


def verify(request, now=NOW, **options):
    return tc3.verify(request, CREDENTIALS, now, **options)


VALUE = signed().headers["authorization"]
SIGNATURE = VALUE[-64:]


@pytest.mark.parametrize(
    ("value", "diagnosis"),
    [
        ("SKIP", "told not to sign"),
        ("Bearer x", "does not begin with TC3-HMAC-SHA256"),
        ("TC3-HMAC-SHA256", "once each"),
        (VALUE + ", Signature=x", "once each"),
        (VALUE.replace(SIGNATURE, ""), "once each"),
        (VALUE.replace("Signature=", "Sig="), "once each"),
        (VALUE.replace("/tc3_request", "/tc4_request"), "<SecretId>/<date>/<service>/tc3_request"),
        (VALUE.replace("AKIDa/", "/"), "<SecretId>/"),
        (VALUE.replace("/ocr/", "//"), "<SecretId>/"),
        (VALUE.replace("AKIDa/2023-11-14/ocr/tc3_request", "x"), "<SecretId>/"),
        (VALUE.replace("=content-type;host", "=host"), "SignedHeaders lacks content-type"),
        (VALUE.replace("=content-type;host", "=x-tc-action"), "SignedHeaders lacks content-type and host"),
    ],
)
@pytest.mark.parametrize("check", [True, False])
def test_malformed(value, diagnosis, check):
    verdict = verify(authorised(value), check_signature=check)
    assert verdict.reason is Reason.MALFORMED
    assert diagnosis in verdict.diagnosis


def test_unsigned():
    assert verify(authorised("")).reason is Reason.UNSIGNED
    assert verify(SignedRequest("POST", "/", "", HOST, {})).reason is Reason.UNSIGNED


@pytest.mark.parametrize("timestamp", ["", "soon", "-1", "1.5", "٣", "9" * 5000])
def test_a_timestamp_that_is_none(timestamp):
    assert verify(signed(wire={"x-tc-timestamp": timestamp})).reason is Reason.MALFORMED


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    ("offset", "reason"),
    [(300, None), (301, Reason.NOT_YET_VALID), (-300, None), (-301, Reason.EXPIRED)],
)
def test_window(offset, reason, check):
    verdict = verify(signed(timestamp=NOW + offset), check_signature=check)
    assert verdict.reason is reason
    assert reason is None or "301 s" in verdict.diagnosis


@pytest.mark.parametrize("date", ["2023-11-15", "20231114", "x"])
def test_the_scope_date_is_that_of_the_timestamp(date):
    verdict = verify(authorised(VALUE.replace("2023-11-14", date)))
    assert (verdict.reason, verdict.secret_id) == (Reason.SCOPE_DATE_MISMATCH, "AKIDa")
    assert "2023-11-14 in UTC" in verdict.diagnosis


def test_a_known_key_passes_without_check_whatever_its_signature():
    assert verify(authorised(VALUE.replace(SIGNATURE, "x")), check_signature=False).credential is KEY


def test_unknown_key():
    request = signed(key=Credential("AKIDx", "x", "1"))
    assert verify(request).reason is Reason.UNKNOWN_KEY
    free = verify(request, check_signature=False)
    assert (free.accepted, free.credential, free.secret_id) == (True, None, "AKIDx")


class TestPayload:
    @pytest.mark.parametrize(
        "text", [hashlib.sha256(b"{}").hexdigest(), hashlib.sha256(b"{}").hexdigest().upper()]
    )
    def test_a_right_hash_may_be_declared(self, text):
        assert verify(signed(wire={"x-tc-content-sha256": text})).accepted

    @pytest.mark.parametrize("text", ["unsigned-payload", "abc"])
    def test_a_wrong_one_has_its_own_reason(self, text):
        assert verify(signed(wire={"x-tc-content-sha256": text})).reason is Reason.PAYLOAD_HASH_MISMATCH

    def test_unsigned_payload_has_to_be_declared(self):
        unsigned = signed(body=b"UNSIGNED-PAYLOAD")
        declared = {**unsigned.headers, "x-tc-content-sha256": "UNSIGNED-PAYLOAD"}
        assert verify(changed(unsigned, headers=declared, body=b"anything")).accepted
        assert "without the header" in verify(changed(unsigned, body=b"anything")).diagnosis

    def test_a_signed_payload_cannot_be_declared_unsigned(self):
        assert (
            verify(signed(wire={"x-tc-content-sha256": "UNSIGNED-PAYLOAD"})).reason
            is Reason.SIGNATURE_MISMATCH
        )

    def test_a_get_signs_an_empty_one(self):
        assert verify(changed(signed("GET", b"", "a=b+c"), body=b"ignored")).accepted
        assert "GET signs an empty payload" in verify(signed("GET", b"body", "a=b")).diagnosis


class TestToken:
    def test_pair(self):
        assert verify(signed(key=TEMPORARY, wire={"x-tc-token": "TOK"})).credential is TEMPORARY
        assert verify(signed(key=TEMPORARY, wire={"x-tc-token": "tok"})).reason is Reason.TOKEN_INVALID
        assert verify(signed(key=TEMPORARY)).reason is Reason.TOKEN_INVALID
        assert verify(signed(wire={"x-tc-token": "TOK"})).reason is Reason.TOKEN_INVALID

    def test_expiry(self):
        request = signed(key=TEMPORARY, wire={"x-tc-token": "TOK"})
        assert verify(request, NOW + 101).reason is Reason.TOKEN_EXPIRED


class TestDiagnosis:
    def test_missing_header(self):
        request = signed(headers={"x-tc-action": "QrcodeOCR"})
        headers = {name: value for name, value in request.headers.items() if name != "x-tc-action"}
        said = verify(changed(request, headers=headers)).diagnosis
        assert said == "listed as signed but not in the request: x-tc-action"

    def test_nothing_fits(self):
        verdict = verify(changed(signed(), host="127.0.0.1:9000"))
        assert verdict.reason is Reason.SIGNATURE_MISMATCH
        assert "127.0.0.1:9000 or 127.0.0.1;" in verdict.diagnosis
        assert "content-type;host" in verdict.diagnosis

    def test_secrets_are_never_shown(self):
        shown = repr(verify(authorised(VALUE.replace(SIGNATURE, "f" * 64))))
        assert "secret-" not in shown
        assert "f" * 64 not in shown


@pytest.mark.parametrize(
    ("host", "sent"),
    [
        ("127.0.0.1", "127.0.0.1:9000"),
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000"),
        ("127.0.0.1:9000", "http://127.0.0.1:9000/path"),
        ("127.0.0.1", "http://127.0.0.1:9000/path"),
        ("ocr.tencentcloudapi.com", "OCR.TencentCloudAPI.com"),
        ("[::1]", "[::1]:9000"),
    ],
)
def test_host_candidates(host, sent):
    assert verify(changed(signed(headers={"host": host}), host=sent)).accepted


def test_capitals_may_be_signed_as_sent_beside_a_lower_case_action():
    # The documented samples sign `action.lower()`; a multipart boundary has capitals that they leave alone.
    names = "content-type;host;x-tc-action"
    headers = {"content-type": "multipart/form-data; boundary=AbC", "host": HOST, "x-tc-action": "QrcodeOCR"}
    block = f"content-type:{headers['content-type']}\nhost:{HOST}\nx-tc-action:qrcodeocr\n"
    canonical = f"POST\n/\n\n{block}\n{names}\n{hashlib.sha256(b'{}').hexdigest()}"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = f"TC3-HMAC-SHA256\n{NOW}\n2023-11-14/ocr/tc3_request\n{digest}"
    key = tc3.signing_key("secret-a", "2023-11-14", "ocr")
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    value = VALUE.replace(SIGNATURE, signature).replace("content-type;host", names)
    assert verify(signed(headers=headers, wire={"authorization": value})).accepted


def test_a_service_may_hold_a_slash():
    assert verify(signed(service="localhost:9000/ocr")).accepted


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12).map(str.strip)
NAMES = st.from_regex(r"x-[a-z]{1,6}", fullmatch=True)


@settings(deadline=None)
@given(
    st.sampled_from(["GET", "POST"]),
    st.binary(max_size=40),
    st.dictionaries(NAMES, TEXT, max_size=3),
    TEXT,
    st.data(),
)
def test_signed_requests_pass_and_changed_ones_do_not(method, body, headers, service, data):
    query = "a=b+c&d=%20" if method == "GET" else ""
    body = b"" if method == "GET" else body
    good = signed(method, body, query, headers=headers, service=service.strip("/ ,") or "ocr")
    if "," not in service:
        assert verify(good).credential is KEY
    value = good.headers["authorization"]
    changes = {
        "signature": {"authorization": value[:-1] + ("0" if value[-1] != "0" else "1")},
        "capitals": {"authorization": value[:-64] + value[-64:].upper() + "A"},
        "service": {"authorization": value.replace("/tc3_request", "x/tc3_request")},
        "list": {"authorization": value.replace("SignedHeaders=", "SignedHeaders=x-other;")},
        "time": {"x-tc-timestamp": str(NOW + 1)},
        "content type": {"content-type": "text/plain"},
        **{name: {name: text + "x"} for name, text in headers.items()},
    }
    change = data.draw(st.sampled_from([*sorted(changes), "query", "body", "host", "method"]))
    facts = {
        "query": {"raw_query": good.raw_query + "x", "body": good.body + b"x"},
        "body": {"raw_query": good.raw_query + "x", "body": good.body + b"x"},
        "host": {"host": "x" + HOST},
        "method": {"method": "PUT"},
    }.get(change) or {"headers": {**good.headers, **changes[change]}}
    assert not verify(changed(good, **facts)).accepted


@settings(deadline=None)
@given(st.text(max_size=5), st.text(max_size=60), st.binary(max_size=20), st.text(max_size=12))
def test_any_request_gets_a_verdict(method, text, path, host):
    raw = "/" + path.decode("utf-8", "surrogateescape")
    for value in (
        text,
        "TC3-HMAC-SHA256 " + text,
        VALUE.replace("host", text),
        VALUE.replace(SIGNATURE, text),
    ):
        headers = {"authorization": value, "x-tc-timestamp": str(NOW), "content-type": text}
        verdict = verify(SignedRequest(method, raw, text, host, headers, path))
        assert not verdict.accepted
        assert verdict.diagnosis.isprintable()

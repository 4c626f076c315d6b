"""The policy of a POST Object form: read strictly, and its conditions hold or the upload is refused."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from form_body import signed_fields
from hypothesis import given, settings
from hypothesis import strategies as st

from ci_emulator.auth import post_policy
from ci_emulator.auth.credentials import Credential, StaticCredentials
from ci_emulator.auth.model import Reason
from ci_emulator.protocols.cos import form_policy
from ci_emulator.protocols.cos.errors import COS_ERRORS
from ci_emulator.protocols.error_model import ApiError

NOW = 1_700_000_000
KEY = Credential("AKIDa", "secret-a", "1250000000")
TEMPORARY = Credential("AKIDt", "secret-t", "1250000000", token="TOK/+=", expires=NOW + 100)
CREDENTIALS = StaticCredentials([KEY, TEMPORARY])
KNOWN = "You must provide condition if you specify a policy in post object request."

# The policy of document 436/14690, the other fields of its form, and its time (spec: cos.md section 1.2).
DOCUMENTED = (
    "ewogICAgImV4cGlyYXRpb24iOiAiMjAxOS0wOC0zMFQwOTozODoxMi40MTRaIiwKICAgICJjb25kaXRpb25zIjogWwogICAgICAgIHsgImFjbCI6I"
    "CJkZWZhdWx0IiB9LAogICAgICAgIHsgImJ1Y2tldCI6ICJleGFtcGxlYnVja2V0LTEyNTAwMDAwMDAiIH0sCiAgICAgICAgWyAic3RhcnRzLXdpd"
    "GgiLCAiJGtleSIsICJmb2xkZXIvc3ViZm9sZGVyLyIgXSwKICAgICAgICBbICJzdGFydHMtd2l0aCIsICIkQ29udGVudC1UeXBlIiwgImltYWdlL"
    "yIgXSwKICAgICAgICBbICJzdGFydHMtd2l0aCIsICIkc3VjY2Vzc19hY3Rpb25fcmVkaXJlY3QiLCAiaHR0cHM6Ly9teS53ZWJzaXRlLyIgXSwKI"
    "CAgICAgICBbICJlcSIsICIkeC1jb3Mtc2VydmVyLXNpZGUtZW5jcnlwdGlvbiIsICJBRVMyNTYiIF0sCiAgICAgICAgeyAicS1zaWduLWFsZ29ya"
    "XRobSI6ICJzaGExIiB9LAogICAgICAgIHsgInEtYWsiOiAiQUtJRFFqejNsdG9tcFZqQm5pNUxpdGtXSEZsRnB3a245VTVxIiB9LAogICAgICAgI"
    "HsgInEtc2lnbi10aW1lIjogIjE1NjcxNTA2OTI7MTU2NzE1Nzg5MiIgfQogICAgXQp9"
)
FIELDS = {
    "acl": "default",
    "bucket": "examplebucket-1250000000",
    "key": "folder/subfolder/photo.jpg",
    "content-type": "image/jpeg",
    "success_action_redirect": "https://my.website/done",
    "x-cos-server-side-encryption": "AES256",
    "policy": DOCUMENTED,
    "q-sign-algorithm": "sha1",
    "q-ak": "AKIDQjz3ltompVjBni5LitkWHFlFpwkn9U5q",
    "q-key-time": "1567150692;1567157892",
    "q-signature": "7758dc9a832e9d301dca704cacbf9d9f8172fdef",
}
THEN = 1_567_150_700


def message(error: ApiError) -> str:
    return COS_ERRORS.resolve(error).message


def document(conditions: Any, expiration: Any = "2030-01-01T00:00:00.000Z") -> bytes:
    return json.dumps({"expiration": expiration, "conditions": conditions}).encode()


def invalid(text: bytes) -> str:
    with pytest.raises(ApiError) as caught:
        form_policy.parse(text)
    assert caught.value.code == "InvalidPolicyDocument"
    return message(caught.value)


def check(*conditions: Any, now: float = NOW, **fields: str) -> None:
    signed = signed_fields("AKIDa", "secret-a", NOW, conditions)
    text = form_policy.decode(signed["policy"])
    assert text is not None
    form_policy.parse(text).check(signed | {"key": "a/b", "bucket": "b-1", **fields}, now)


def denial(*conditions: Any, now: float = NOW, **fields: str) -> str:
    with pytest.raises(ApiError) as caught:
        check(*conditions, now=now, **fields)
    assert caught.value.code == "AccessDenied"
    return message(caught.value)


def test_the_documented_form() -> None:
    text = form_policy.decode(DOCUMENTED)
    assert text is not None
    form_policy.parse(text).check(FIELDS, THEN)
    credential = Credential(FIELDS["q-ak"], "BQYIM75p8x0iWVFSIgqEKwFprpRSVHlz", "1250000000")
    verdict = post_policy.verify(FIELDS, text, StaticCredentials([credential]), THEN)
    assert verdict.credential == credential
    changed = post_policy.verify(FIELDS, text + b" ", StaticCredentials([credential]), THEN)
    assert changed.reason is Reason.SIGNATURE_MISMATCH
    wrong = post_policy.verify(FIELDS | {"q-signature": "0"}, text, StaticCredentials([credential]), THEN)
    assert wrong.string_to_sign == "d5d903b8360468bc81c1311f134989bc8c8b5b89"


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("q-ak", "AKIDother", "AKIDQjz3ltompVjBni5LitkWHFlFpwkn9U5q"),
        ("q-key-time", "1567150692;1567157893", "1567150692;1567157892"),
        ("bucket", "otherbucket-1250000000", "examplebucket-1250000000"),
        ("key", "folder/photo.jpg", "folder/subfolder/"),
        ("content-type", "text/plain", "image/"),
        ("acl", None, "default"),
        ("x-cos-server-side-encryption", "aes256", "AES256"),
    ],
)
def test_a_field_that_the_documented_policy_does_not_allow(field: str, value: str | None, told: str) -> None:
    fields = {name: text for name, text in (FIELDS | {field: value}).items() if text is not None}
    with pytest.raises(ApiError) as caught:
        form_policy.parse(base64.b64decode(DOCUMENTED)).check(fields, THEN)
    assert caught.value.code == "AccessDenied"
    key = {"q-key-time": "q-sign-time", "content-type": "Content-Type"}.get(field, field)
    assert message(caught.value) == f"Condition key {key} doesn't match the value {told}"


def test_after_its_expiration() -> None:
    check(now=NOW + 600)
    assert denial(now=NOW + 601) == (
        f"You post object request has been expired, expiration time: {NOW + 600} but the time now : {NOW + 601}"
    )


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2023-11-14T22:13:20Z", NOW),
        ("2023-11-14T22:13:20.500Z", NOW + 0.5),
        ("2023-11-15T06:13:20+08:00", NOW),
        ("2023-11-14T22:13:20", NOW),
        ("0001-01-01", -62_135_596_800),
    ],
)
def test_times(text: str, seconds: float) -> None:
    assert form_policy.parse(document([{"key": "a"}], text)).expires == seconds


def test_conditions() -> None:
    check({"key": "a/b", "acl": "private"}, acl="private")
    check(
        ["eq", "$key", "a/b"],
        ["EQ", "$Key", "a/b"],
        ["starts-with", "$key", "a/"],
        ["starts-with", "$key", ""],
    )
    assert denial(["eq", "$key", "a/"]) == "Condition key key doesn't match the value a/"
    assert (
        denial(["starts-with", "$Content-Type", ""]) == "Condition key Content-Type doesn't match the value "
    )
    assert denial({"x-cos-meta-a": "1"}, {"key": "other"}).startswith("Condition key x-cos-meta-a ")


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2**40), st.integers(0, 2**40)), min_size=1, max_size=4))
def test_of_several_ranges_all_hold(ranges: list[tuple[int, int]]) -> None:
    policy = form_policy.parse(document([["content-length-range", *each] for each in ranges]))
    assert policy.smallest == max(least for least, _ in ranges)
    assert policy.largest == min(most for _, most in ranges)
    assert form_policy.parse(document([{"key": "a"}])).largest is None


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"[]",
        b'"policy"',
        b"null",
        b"\xff\xfe",
        b'{"expiration": "2030-01-01T00:00:00Z"}',
        b'{"expiration": "2030-01-01T00:00:00Z", "conditions": []}',
        b'{"expiration": "2030-01-01T00:00:00Z", "conditions": {"key": "a"}}',
        b"[" * 100_000,
        b'{"conditions":' + b"[" * 100_000,
    ],
)
def test_a_document_that_is_no_policy(text: bytes) -> None:
    assert invalid(text) == KNOWN


@pytest.mark.parametrize(
    "condition",
    [
        None,
        1,
        "key",
        [],
        {},
        ["eq", "key", "a"],
        ["eq", "$key"],
        ["eq", "$key", 1],
        ["ends-with", "$key", "a"],
        {"key": 1},
        {"key": None},
        ["content-length-range", 1],
        ["content-length-range", "1", "2"],
        ["content-length-range", -1, 2],
        ["content-length-range", 1.5, 2],
        ["content-length-range", True, True],
        [["eq", "$key", "a"]],
        ["x" * 1000],
    ],
)
def test_what_is_no_condition(condition: Any) -> None:
    assert invalid(document([condition])).startswith("This is no condition of a policy: ")


@pytest.mark.parametrize("expiration", [None, 0, "", "tomorrow", "2030-13-01T00:00:00Z", ["2030-01-01"]])
def test_what_is_no_time(expiration: Any) -> None:
    assert "ISO 8601" in invalid(document([{"key": "a"}], expiration))


def test_a_policy_says_who_signed_it() -> None:
    fields = signed_fields("AKIDa", "secret-a", NOW, [{"key": "a/b"}], required=False)
    policy = form_policy.parse(base64.b64decode(fields["policy"]))
    with pytest.raises(ApiError) as caught:
        policy.check(fields | {"key": "a/b"}, NOW)
    assert caught.value.code == "InvalidPolicyDocument"
    assert message(caught.value) == "The policy has no condition for q-sign-algorithm, q-ak, q-sign-time."


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_text_is_a_policy_or_refused(text: bytes) -> None:
    code = None
    try:
        form_policy.parse(text)
    except ApiError as error:
        code = error.code
    assert code in (None, "InvalidPolicyDocument")


@pytest.mark.parametrize("field", ["%%%", "a", "YQ=", "YQ-_", "中文"])
def test_a_policy_that_is_not_base64(field: str) -> None:
    with pytest.raises(ApiError) as caught:
        form_policy.decode(field)
    assert message(caught.value) == KNOWN


def test_a_policy_may_be_wrapped_or_absent() -> None:
    assert form_policy.decode("YWJj\r\nZGVm") == b"abcdef"
    assert form_policy.decode("") is None
    assert form_policy.decode(None) is None


def verdict(fields: dict[str, str], now: float = NOW, **options: Any) -> Any:
    return post_policy.verify(fields, form_policy.decode(fields.get("policy")), CREDENTIALS, now, **options)


def test_signatures() -> None:
    good = signed_fields("AKIDa", "secret-a", NOW)
    assert verdict(good).credential is KEY
    assert verdict({"key": "a"}).reason is Reason.UNSIGNED
    assert verdict({"policy": "", "q-ak": ""}).reason is Reason.UNSIGNED
    assert verdict(good, now=NOW + 601).reason is Reason.EXPIRED
    assert verdict(good, now=NOW - 60 - 901).reason is Reason.NOT_YET_VALID
    assert verdict(signed_fields("AKIDnobody", "secret-a", NOW)).reason is Reason.UNKNOWN_KEY
    assert verdict(signed_fields("AKIDa", "wrong", NOW)).reason is Reason.SIGNATURE_MISMATCH
    assert verdict(signed_fields("AKIDa", "wrong", NOW), check_signature=False).credential is KEY
    unknown = verdict(signed_fields("AKIDnobody", "x", NOW), check_signature=False)
    assert (unknown.accepted, unknown.secret_id) == (True, "AKIDnobody")


@pytest.mark.parametrize("lacking", ["policy", "q-sign-algorithm", "q-ak", "q-key-time", "q-signature"])
def test_a_signature_that_lacks_a_field(lacking: str) -> None:
    fields = signed_fields("AKIDa", "secret-a", NOW)
    del fields[lacking]
    assert verdict(fields).reason is Reason.MALFORMED


@pytest.mark.parametrize(
    ("field", "value"), [("q-sign-algorithm", "sha256"), ("q-key-time", "now"), ("q-key-time", "2;1")]
)
def test_a_signature_that_cannot_be_read(field: str, value: str) -> None:
    assert verdict(signed_fields("AKIDa", "secret-a", NOW) | {field: value}).reason is Reason.MALFORMED


def test_tokens() -> None:
    temporary = signed_fields("AKIDt", "secret-t", NOW)
    assert verdict(temporary | {"x-cos-security-token": "TOK/+="}).credential is TEMPORARY
    assert verdict(temporary).reason is Reason.TOKEN_INVALID
    assert verdict(temporary | {"x-cos-security-token": "other"}).reason is Reason.TOKEN_INVALID
    late = verdict(temporary | {"x-cos-security-token": "TOK/+="}, now=NOW + 101)
    assert late.reason is Reason.TOKEN_EXPIRED
    permanent = signed_fields("AKIDa", "secret-a", NOW)
    assert verdict(permanent | {"x-cos-security-token": "TOK/+="}).reason is Reason.TOKEN_INVALID

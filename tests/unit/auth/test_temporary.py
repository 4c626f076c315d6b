"""Temporary keys: what comes out is what was granted, and no token but the one that was issued opens anything."""

from __future__ import annotations

import base64
import hmac
import re
import string
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ci_emulator.auth import cos_q_sign, post_policy, tc3, tc_v1
from ci_emulator.auth.credentials import Credential, StaticCredentials
from ci_emulator.auth.model import Reason, SignedRequest, Verdict
from ci_emulator.auth.temporary import LONGEST_TOKEN, Grant, TemporaryCredentials, issue

NOW = 1_700_000_000
ACCOUNT = Credential("AKIDaccount", "account-secret", "1250000000")
USER = Credential("AKIDuser", "user-secret", "1250000000", user="42", policy="{}")
FIXED = Credential("AKIDfixed", "fixed-secret", "1250000000", token="tok")
PERMANENT = StaticCredentials([ACCOUNT, USER, FIXED])
SOURCE = TemporaryCredentials(PERMANENT)
ALPHABET = string.ascii_letters + string.digits + "-_"


def make(parent: Credential = ACCOUNT, **fields) -> Credential:
    settled = {
        "expires": NOW + 100,
        "issued": NOW,
        "policy": '{"statement": []}',
        "style": "tencent",
        "nonce": b"n",
        **fields,
    }
    return issue(parent, Grant(**settled))


def opened(token: str, key: Credential) -> Credential | None:
    return SOURCE.find(key.secret_id, (token,))


KEY = make(name="test", role="r")


@settings(deadline=None)
@given(
    parent=st.sampled_from([ACCOUNT, USER]),
    expires=st.floats(0, 2**40),
    policy=st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=300),
    style=st.sampled_from(["tencent", "aliyun"]),
    nonce=st.binary(max_size=20),
    name=st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
)
def test_what_is_found_is_what_was_issued(parent, expires, policy, style, nonce, name) -> None:
    key = make(parent, expires=expires, policy=policy, style=style, nonce=nonce, name=name)
    assert SOURCE.find(key.secret_id, ("else", key.token)) == key
    assert (key.appid, key.user, key.policy) == (parent.appid, parent.user, parent.policy)
    assert (key.expires, key.session_policy, key.session_name) == (expires, policy, name)
    assert set(key.token + key.secret_key) <= set(ALPHABET)


def test_a_restarted_server_knows_it_and_one_without_the_pair_or_with_another_secret_does_not() -> None:
    def find(*pairs: Credential) -> Credential | None:
        return TemporaryCredentials(StaticCredentials(pairs)).find(KEY.secret_id, (KEY.token,))

    assert find(USER, ACCOUNT) == KEY
    assert find(USER) is None
    assert find(Credential(ACCOUNT.secret_id, "changed", "1250000000")) is None
    assert find(Credential(ACCOUNT.secret_id, ACCOUNT.secret_key, "1250000000", token="t")) is None


@settings(deadline=None, max_examples=400)
@given(at=st.integers(0, len(KEY.token) - 1), char=st.sampled_from(ALPHABET + "=+/ \n\0\u00e9"))
def test_a_token_with_any_other_character_is_refused(at: int, char: str) -> None:
    token = KEY.token[:at] + char + KEY.token[at + 1 :]
    assert (opened(token, KEY) == KEY) is (token == KEY.token)
    assert opened(KEY.token[:at] + char + KEY.token[at:], KEY) is None
    assert opened(KEY.token[:at], KEY) is None


@pytest.mark.parametrize("bit", range(8))
def test_every_bit_of_every_byte_counts(bit: int) -> None:
    data = base64.urlsafe_b64decode(KEY.token + "=" * (-len(KEY.token) % 4))
    for position in range(len(data)):
        changed = bytearray(data)
        changed[position] ^= 1 << bit
        text = base64.urlsafe_b64encode(changed).decode().rstrip("=")
        assert opened(text, KEY) is None, position


@settings(deadline=None)
@given(st.text() | st.binary().map(lambda data: base64.urlsafe_b64encode(data).decode().rstrip("=")))
def test_garbage_is_no_token(text: str) -> None:
    assert opened(text, KEY) is None


def sealed(packed: bytes, parent: Credential = ACCOUNT) -> str:
    """A token that only a holder of the secret can make."""
    secret_id = parent.secret_id.encode()
    content = len(secret_id).to_bytes(2, "big") + secret_id + packed
    key = hmac.digest(parent.secret_key.encode(), b"temporary keys", "sha256")
    seal = hmac.digest(key, b"seal\n" + content, "sha256")
    return base64.urlsafe_b64encode(seal + content).decode().rstrip("=")


@pytest.mark.parametrize(
    "packed",
    [
        zlib.compress(b" " * 10_000_000, 9),
        zlib.compress(b"{}"),
        zlib.compress(b"[1]"),
        zlib.compress(b'{"expires": 1, "issued": 1, "nonce": "", "style": "other"}'),
        zlib.compress(b'{"expires": 1, "issued": 1, "nonce": "", "style": "tencent"}')[:-5],
        b"not compressed",
        b"",
    ],
    ids=["bomb", "empty", "list", "style", "cut", "plain", "nothing"],
)
def test_a_sealed_token_that_holds_no_grant_is_refused(packed: bytes) -> None:
    assert len(sealed(packed)) < LONGEST_TOKEN
    assert opened(sealed(packed), KEY) is None


def test_the_seal_of_the_helper_above_is_the_real_one() -> None:
    grant = b'{"expires":5,"issued":1,"nonce":"","style":"tencent"}'
    key = make(expires=5, issued=1, nonce=b"", policy=None)
    assert sealed(zlib.compress(grant, 9)) == key.token


def test_a_token_that_is_too_long_is_not_looked_at() -> None:
    huge = make(policy="".join(f"{number:x}" for number in range(14_000)))
    assert len(huge.token) > LONGEST_TOKEN
    assert opened(huge.token, huge) is None


def test_a_token_opens_only_the_key_that_it_came_with() -> None:
    other = make(nonce=b"m")
    bounded = make(policy="{}")
    assert len({KEY.secret_id, other.secret_id, bounded.secret_id}) == 3
    assert len({KEY.secret_key, other.secret_key, bounded.secret_key}) == 3
    assert SOURCE.find(KEY.secret_id, (other.token,)) is None
    assert SOURCE.find(KEY.secret_id, (other.token, KEY.token)) == KEY
    assert SOURCE.find(KEY.secret_id) is None


def test_the_same_grant_gives_the_same_key() -> None:
    assert make(name="test", role="r") == KEY


def test_the_forms_of_ids_and_secrets() -> None:
    assert re.fullmatch(r"AKID[\w-]{64}", KEY.secret_id)
    assert re.fullmatch(r"[\w-]{44}", KEY.secret_key)
    assert re.fullmatch(r"STS\.[A-Z2-7]{25}", make(style="aliyun").secret_id)


def test_permanent_keys_are_found_whatever_token_comes_with_them() -> None:
    assert SOURCE.find("AKIDaccount") is ACCOUNT
    assert SOURCE.find("AKIDaccount", (KEY.token,)) is ACCOUNT
    assert list(SOURCE) == [ACCOUNT, USER, FIXED]


@pytest.mark.parametrize("parent", [FIXED, KEY], ids=["configured", "issued"])
def test_a_temporary_key_issues_no_other(parent: Credential) -> None:
    with pytest.raises(ValueError, match="temporary"):
        make(parent)


def test_an_id_that_no_token_can_hold() -> None:
    with pytest.raises(ValueError, match="too long"):
        make(Credential("A" * 70_000, "s", "1"))


def by_cos(key: Credential, token: str | None, now: float) -> Verdict:
    value = cos_q_sign.sign(key, "get", "/", start=NOW - 10, end=NOW + 1000)
    headers = {"authorization": value, **({"x-cos-security-token": token} if token else {})}
    return cos_q_sign.verify(SignedRequest("GET", "/", "", "h", headers), SOURCE, now)


def by_cos_query(
    key: Credential, token: str | None, now: float, name: str = "x-cos-security-token"
) -> Verdict:
    query = cos_q_sign.sign(key, "get", "/", start=NOW - 10, end=NOW + 1000).replace(";", "%3B")
    query += f"&{name}={token}" if token else ""
    return cos_q_sign.verify(SignedRequest("GET", "/", query, "h", {}), SOURCE, now)


def by_old_cos_query(key: Credential, token: str | None, now: float) -> Verdict:
    return by_cos_query(key, token, now, "token")


def by_form(key: Credential, token: str | None, now: float) -> Verdict:
    times = f"{NOW - 10};{NOW + 1000}"
    fields = {
        "policy": "e30=",
        "q-sign-algorithm": "sha1",
        "q-ak": key.secret_id,
        "q-key-time": times,
        "q-signature": cos_q_sign.post_form_signature(key.secret_key, times, b"{}"),
    }
    return post_policy.verify(fields | ({"x-cos-security-token": token} if token else {}), b"{}", SOURCE, now)


def by_tc3(key: Credential, token: str | None, now: float) -> Verdict:
    headers = {"content-type": "application/json", "host": "h"}
    value = tc3.sign(key, "POST", timestamp=int(now), service="sts", headers=headers)
    sent = {**headers, "authorization": value, "x-tc-timestamp": str(int(now))}
    return tc3.verify(
        SignedRequest("POST", "/", "", "h", sent | ({"x-tc-token": token} if token else {})), SOURCE, now
    )


def by_v1(key: Credential, token: str | None, now: float) -> Verdict:
    pairs = [
        ("SecretId", key.secret_id),
        ("Timestamp", str(int(now))),
        *([("Token", token)] if token else []),
    ]
    pairs.append(("Signature", tc_v1.sign(pairs, "POST", "h", key.secret_key)))
    return tc_v1.verify(pairs, "POST", "h", SOURCE, now)


SCHEMES = [by_cos, by_cos_query, by_old_cos_query, by_form, by_tc3, by_v1]


@pytest.mark.parametrize("ask", SCHEMES)
def test_every_scheme_opens_the_token(ask) -> None:
    assert ask(KEY, KEY.token, NOW).credential == KEY
    assert ask(KEY, KEY.token, NOW + 101).reason is Reason.TOKEN_EXPIRED
    assert ask(KEY, None, NOW).reason is Reason.UNKNOWN_KEY


@pytest.mark.parametrize("ask", SCHEMES)
def test_a_wrong_secret_is_told_before_the_expiry(ask) -> None:
    forged = Credential(KEY.secret_id, "guessed", KEY.appid)
    assert ask(forged, KEY.token, NOW + 101).reason is Reason.SIGNATURE_MISMATCH


@pytest.mark.parametrize("ask", [ask for ask in SCHEMES if ask is not by_old_cos_query])
def test_a_token_of_another_key_is_refused(ask) -> None:
    for token in (make(nonce=b"m").token, KEY.token[:-1], "unknown%21"):
        verdict = ask(KEY, token, NOW)
        assert verdict.reason is Reason.TOKEN_INVALID
        assert token not in verdict.diagnosis
    assert ask(ACCOUNT, KEY.token, NOW).reason is Reason.TOKEN_INVALID


def test_a_parameter_that_is_called_token_says_nothing_of_an_unknown_key() -> None:
    assert by_old_cos_query(KEY, "an application's", NOW).reason is Reason.UNKNOWN_KEY
    assert by_old_cos_query(ACCOUNT, "an application's", NOW).accepted

"""The COS signature: where it is found, what is refused and why, and properties of signing and verifying."""

from urllib.parse import quote

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ci_emulator.auth import cos_q_sign
from ci_emulator.auth.credentials import Credential, StaticCredentials
from ci_emulator.auth.model import Reason, SignedRequest

NOW = 1700000000
HOST = "bkt-1250000000.cos.ap-x.localhost:9000"
KEY = Credential("AKIDa", "secret-a", "1250000000")
OTHER = Credential("AKIDb", "secret-b", "1250000001")
TEMPORARY = Credential("AKIDt", "secret-t", "1250000000", token="TOK/+=", expires=NOW + 100)
CREDENTIALS = StaticCredentials([KEY, OTHER, TEMPORARY])


def signed(
    method="GET",
    path="/k",
    params=(),
    headers=None,
    *,
    key=KEY,
    host=HOST,
    start=NOW - 60,
    end=NOW + 600,
    wire=None,
):
    """Return a request signed in its Authorization header; `wire` adds headers that are not signed."""
    headers = {"host": host, **(headers or {})}
    value = cos_q_sign.sign(key, method, path, start=start, end=end, params=params, headers=headers)
    query = "&".join(f"{quote(name, safe='')}={quote(text, safe='')}" for name, text in params)
    return SignedRequest(
        method,
        quote(path, errors="surrogateescape"),
        query,
        host,
        {**headers, **(wire or {}), "authorization": value},
    )


def changed(request, **facts):
    names = ("method", "raw_path", "raw_query", "host", "headers")
    return SignedRequest(**{name: facts.get(name, getattr(request, name)) for name in names})


def with_header(request, name, value):
    return changed(request, headers={**request.headers, name: value})


def in_query(request):
    """Move the signature from the header into the query."""
    headers = dict(request.headers)
    pairs = [item.partition("=") for item in headers.pop("authorization").split("&")]
    own = "&".join(f"{name}={quote(value, safe='')}" for name, _, value in pairs)
    return changed(request, headers=headers, raw_query="&".join(filter(None, (own, request.raw_query))))


def verify(request, now=NOW, **options):
    return cos_q_sign.verify(request, CREDENTIALS, now, **options)


class TestPlaces:
    def test_header(self):
        found = cos_q_sign.find_signature(signed(params=[("uploadId", "1")]))
        assert (found.place, found.secret_id) == ("Authorization header", "AKIDa")
        assert (found.header_list, found.param_list) == (("host",), ("uploadid",))
        assert (found.starts, found.ends) == (NOW - 60, NOW + 600)

    def test_query(self):
        request = in_query(signed(params=[("a", "b c")]))
        assert cos_q_sign.find_signature(request).place == "query parameters"
        assert verify(request).accepted

    def test_sign_parameter(self):
        request = signed()
        value = request.headers["authorization"]
        request = changed(request, headers={}, raw_query="sign=" + quote(value, safe=""))
        assert cos_q_sign.find_signature(request).place == "sign parameter"
        assert verify(request).accepted

    def test_the_header_wins(self):
        good, bad = signed(), signed(key=Credential("AKIDb", "wrong", "1"))
        both = changed(in_query(bad), headers=good.headers)
        assert verify(both).credential is KEY

    def test_an_empty_header_leaves_the_query(self):
        assert verify(with_header(in_query(signed()), "authorization", "")).accepted

    @pytest.mark.parametrize("query", ["", "sign=abc", "prefix=q-ak", "acl&q-akx=1"])
    def test_none(self, query):
        request = SignedRequest("GET", "/", query, HOST, {"authorization": ""})
        assert cos_q_sign.find_signature(request) is None
        assert verify(request).reason is Reason.UNSIGNED
        assert verify(request, check_signature=False).reason is Reason.UNSIGNED


VALUE = signed().headers["authorization"]


@pytest.mark.parametrize(
    ("value", "why"),
    [
        *(
            (VALUE.replace(f"{name}=", f"x{name}="), name)
            for name in ("q-sign-algorithm", "q-ak", "q-sign-time")
        ),
        *(
            (VALUE.replace(f"{name}=", f"x{name}="), name)
            for name in ("q-key-time", "q-header-list", "q-signature")
        ),
        (VALUE.replace("q-url-param-list=&", ""), "q-url-param-list"),
        (VALUE.replace("q-ak=AKIDa", "q-ak="), "missing or empty in the Authorization header: q-ak"),
        (VALUE.replace("=sha1", "=sha256"), "'sha256', only sha1 exists"),
        (VALUE.replace("q-sign-time=", "q-sign-time=x"), "q-sign-time is 'x"),
        (VALUE.replace(f"q-key-time={NOW - 60};", f"q-key-time={NOW - 60},"), "q-key-time is"),
        (VALUE.replace(f"q-key-time={NOW - 60}", "q-key-time=-1"), "q-key-time is '-1;"),
        (VALUE.replace(f"q-key-time={NOW - 60}", "q-key-time=" + "9" * 5000), "q-key-time is"),
        (VALUE.replace(f"q-key-time={NOW - 60}", "q-key-time=١"), "q-key-time is"),
        (
            VALUE.replace(f"q-sign-time={NOW - 60}", f"q-sign-time={NOW + 601}"),
            "q-sign-time ends before it starts",
        ),
        (VALUE + "&q-ak=AKIDb", "repeated in the Authorization header: q-ak"),
        ("Bearer abc", "missing or empty"),
        ("\udcff", "missing or empty"),
    ],
)
@pytest.mark.parametrize("check", [True, False])
def test_malformed(value, why, check):
    verdict = verify(with_header(signed(), "authorization", value), check_signature=check)
    assert verdict.reason is Reason.MALFORMED
    assert why in verdict.diagnosis
    assert len(verdict.diagnosis) <= 400


def test_malformed_in_the_query():
    request = in_query(signed())
    twice = changed(request, raw_query=request.raw_query + "&q-ak=AKIDb")
    assert verify(twice).diagnosis == "repeated in the query parameters: q-ak"
    part = changed(request, raw_query="q-signature=abc")
    assert verify(part).reason is Reason.MALFORMED
    sign = "sign=" + quote(VALUE, safe="")
    assert verify(SignedRequest("GET", "/k", f"{sign}&{sign}", HOST, {})).reason is Reason.MALFORMED


def test_a_field_this_scheme_does_not_have_is_ignored():
    assert verify(with_header(signed(), "authorization", VALUE + "&q-token=x&&")).accepted


class TestTimes:
    @pytest.mark.parametrize("check", [True, False])
    @pytest.mark.parametrize(
        ("now", "reason"),
        [
            (NOW + 600, None),
            (NOW + 600.5, Reason.EXPIRED),
            (NOW - 960, None),
            (NOW - 960.5, Reason.NOT_YET_VALID),
        ],
    )
    def test_window(self, now, reason, check):
        assert verify(signed(), now, check_signature=check).reason is reason

    def test_the_times_are_judged_before_the_key(self):
        assert verify(signed(key=Credential("AKIDx", "x", "1")), NOW + 601).reason is Reason.EXPIRED

    def test_a_changed_sign_time_never_makes_a_signature_last_longer(self):
        # A client that puts q-key-time into StringToSign leaves q-sign-time uncovered; q-key-time is in SignKey anyway.
        later = VALUE.replace(f"q-sign-time={NOW - 60};{NOW + 600}", f"q-sign-time={NOW - 60};{NOW + 9999}")
        assert later != VALUE
        request = with_header(signed(), "authorization", later)
        assert verify(request, NOW + 600).accepted
        assert verify(request, NOW + 601).reason is Reason.EXPIRED
        earlier = VALUE.replace(f"q-sign-time={NOW - 60}", f"q-sign-time={NOW - 9999}")
        assert (
            verify(with_header(signed(), "authorization", earlier), NOW - 961).reason is Reason.NOT_YET_VALID
        )


class TestTokens:
    @pytest.mark.parametrize("name", ["x-cos-security-token", "x-ci-security-token", "token"])
    def test_header(self, name):
        assert verify(signed(key=TEMPORARY, wire={name: "TOK/+="})).credential is TEMPORARY
        assert verify(signed(key=TEMPORARY, wire={name: "TOK/+"})).reason is Reason.TOKEN_INVALID

    @pytest.mark.parametrize("text", ["TOK/+=", "TOK%2F%2B%3D"])
    @pytest.mark.parametrize("name", ["x-cos-security-token", "x-ci-security-token", "token"])
    def test_query(self, name, text):
        request = signed(key=TEMPORARY)
        assert verify(changed(request, raw_query=f"acl&{name}={text}")).accepted
        assert verify(changed(request, raw_query=f"acl&{name}={text}x")).reason is Reason.TOKEN_INVALID

    def test_a_plus_that_stands_for_a_space_is_read_as_one_too(self):
        spaced = Credential("AKIDs", "s", "1", token="a b")
        request = changed(signed(key=spaced), raw_query="x-cos-security-token=a+b")
        assert cos_q_sign.verify(request, StaticCredentials([spaced]), NOW).accepted

    def test_missing(self):
        verdict = verify(signed(key=TEMPORARY))
        assert (verdict.reason, verdict.secret_id) == (Reason.TOKEN_INVALID, "AKIDt")
        assert "missing" in verdict.diagnosis

    def test_a_permanent_key_has_none(self):
        assert verify(signed(wire={"x-cos-security-token": "TOK/+="})).reason is Reason.TOKEN_INVALID
        assert verify(signed(wire={"x-cos-security-token": ""})).accepted
        assert verify(signed(wire={"token": "an application's own"})).accepted

    def test_a_temporary_key_runs_out(self):
        request = signed(key=TEMPORARY, wire={"x-cos-security-token": "TOK/+="})
        assert verify(request, NOW + 100).accepted
        verdict = verify(request, NOW + 101)
        assert verdict.reason is Reason.TOKEN_EXPIRED
        assert "1 s ago" in verdict.diagnosis


class TestDiagnosis:
    """What the log is told about a signature that does not match."""

    def diagnosis(self, request):
        verdict = verify(request)
        assert verdict.reason is Reason.SIGNATURE_MISMATCH
        assert verdict.credential is None
        return verdict.diagnosis

    def test_other_pair(self):
        request = signed(key=Credential("AKIDa", "secret-b", "1"))
        assert self.diagnosis(request) == "signed with the SecretKey of another pair, AKIDb"

    def test_id_as_secret(self):
        request = signed(key=Credential("AKIDa", "AKIDa", "1"))
        assert self.diagnosis(request) == "signed with the SecretId in place of the SecretKey"

    def test_blank_around_the_secret(self):
        assert "line break" in self.diagnosis(signed(key=Credential("AKIDa", "secret-a\n", "1")))

    def test_method(self):
        assert self.diagnosis(changed(signed("HEAD"), method="GET")) == "signed for HEAD, sent as GET"

    def test_trailing_slash(self):
        assert "with a trailing /" in self.diagnosis(changed(signed(path="/a/"), raw_path="/a"))
        assert "without the trailing /" in self.diagnosis(changed(signed(path="/a"), raw_path="/a/"))

    def test_path_style(self):
        assert "without its first segment 'bkt'" in self.diagnosis(
            changed(signed(path="/a"), raw_path="/bkt/a")
        )

    def test_normalised_path(self):
        assert "normalised" in self.diagnosis(changed(signed(path="/a/b"), raw_path="/a//x/../b"))

    def test_empty_values(self):
        request = with_header(signed(headers={"content-type": ""}), "content-type", "text/plain")
        assert self.diagnosis(request) == "header content-type was signed as empty"
        request = changed(signed(params=[("a", "")]), raw_query="a=1")
        assert self.diagnosis(request) == "parameter a was signed as empty"

    def test_nothing_fits(self):
        request = signed(key=Credential("AKIDa", "none of ours", "1"), params=[("a", "b")])
        said = self.diagnosis(request)
        assert "the secret is wrong" in said
        assert f"{HOST} or {HOST.removesuffix(':9000')}" in said
        assert "header host, parameter a" in said
        unsigned_host = changed(with_header(signed(), "authorization", VALUE.replace("list=host", "list=")))
        assert "the host is not signed" in self.diagnosis(unsigned_host)

    def test_a_line_break_in_a_name_stays_on_one_line(self):
        request = in_query(signed())
        forged = changed(request, raw_query=request.raw_query.replace("list=host", "list=host%3Bx%0Ay%FF"))
        assert self.diagnosis(forged) == "listed as signed but not in the request: header x\\ny\\xff"

    def test_a_long_list_is_not_guessed_at(self):
        params = [(f"p{n}", "") for n in range(100)]
        request = signed(key=Credential("AKIDa", "secret-b", "1"), params=params)
        assert "the secret is wrong" in self.diagnosis(request)

    def test_unknown_key(self):
        verdict = verify(signed(key=Credential("AKIDx", "x", "1")))
        assert (verdict.reason, verdict.secret_id) == (Reason.UNKNOWN_KEY, "AKIDx")
        assert "'AKIDx'" in verdict.diagnosis

    def test_secrets_are_never_shown(self):
        request = signed(key=Credential("AKIDt", "secret-a", "1"), wire={"x-cos-security-token": "TOK/+="})
        verdict = verify(request)
        signature = cos_q_sign.find_signature(request).signature
        shown = repr(verdict) + repr(list(CREDENTIALS))
        assert not any(text in shown for text in ("secret-", "TOK/", signature))


class TestWithoutCheck:
    def test_an_unknown_key_passes_without_a_credential(self):
        verdict = verify(signed(key=Credential("AKIDx", "x", "1")), check_signature=False)
        assert (verdict.accepted, verdict.credential, verdict.secret_id) == (True, None, "AKIDx")

    def test_a_wrong_secret_passes_with_the_credential(self):
        verdict = verify(signed(key=Credential("AKIDa", "x", "1")), check_signature=False)
        assert (verdict.accepted, verdict.credential) == (True, KEY)

    def test_the_token_of_a_known_key_is_still_checked(self):
        assert verify(signed(key=TEMPORARY), check_signature=False).reason is Reason.TOKEN_INVALID


def test_repeated_parameters_are_all_covered():
    request = signed(params=[("a", "1")])
    assert verify(changed(request, raw_query="a=1&b=2")).accepted
    assert verify(changed(request, raw_query="a=1&a=2")).reason is Reason.SIGNATURE_MISMATCH
    assert verify(changed(request, raw_query="a=1&A=2")).reason is Reason.SIGNATURE_MISMATCH


def test_bytes_that_are_not_utf8_are_signed_as_bytes():
    raw = signed(path="/k\udcff", headers={"x-cos-meta-a": "\udce9"})
    assert verify(changed(raw, raw_path="/k%FF")).accepted
    assert verify(changed(raw, raw_path="/k\udcff")).accepted
    assert verify(changed(raw, raw_path="/k%FE")).format_string.startswith("get\n/k\\xfe\n")


def test_a_surrogate_that_no_wire_carries_does_no_harm():
    request = signed(headers={"x-cos-meta-a": "?"})
    assert verify(with_header(request, "x-cos-meta-a", "\ud800")).accepted


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
PATH = TEXT.map("/".__add__)
PARAMS = st.dictionaries(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6), TEXT, max_size=4
)
NAME = st.from_regex(r"[a-z0-9!~.-]{1,8}", fullmatch=True)
HEADERS = st.dictionaries(NAME.map("x-cos-meta-".__add__), TEXT.map(str.strip), max_size=4)
METHOD = st.sampled_from(["GET", "PUT", "POST", "DELETE", "HEAD"])


def distinct(params):
    """Names that differ in case alone are one repeated parameter on the wire, which `sign` does not make."""
    encoded = [quote(name, safe="").lower() for name in params]
    own = {"q-ak", "q-sign-time", "q-key-time", "q-signature", "sign"}
    return len(set(encoded)) == len(encoded) and not own.intersection(params)


@settings(deadline=None)
@given(METHOD, PATH, PARAMS, HEADERS, st.booleans())
def test_what_is_signed_is_accepted(method, path, params, headers, move):
    assume(distinct(params))
    request = signed(method, path, list(params.items()), headers)
    request = in_query(request) if move else request
    verdict = verify(request)
    assert (verdict.accepted, verdict.credential) == (True, KEY), verdict


@settings(deadline=None)
@given(METHOD, PATH, PARAMS, HEADERS, st.data())
def test_a_changed_signed_byte_is_refused(method, path, params, headers, data):
    assume(distinct(params))
    pairs = list(params.items())
    good = signed(method, path, pairs, headers)
    value = good.headers["authorization"]
    changes = {
        "path": lambda: changed(good, raw_path=good.raw_path + "x"),
        "method": lambda: changed(good, method="GET" if method != "GET" else "PUT"),
        "host": lambda: changed(good, host="x" + good.host),
        "signature": lambda: with_header(
            good, "authorization", value[:-1] + ("0" if value[-1] != "0" else "1")
        ),
        "capital signature": lambda: with_header(good, "authorization", value + "A"),
        "times": lambda: with_header(good, "authorization", value.replace(str(NOW + 600), str(NOW + 601))),
        "key time": lambda: with_header(good, "authorization", value.replace("y-time=1", "y-time=0")),
        "header list": lambda: with_header(good, "authorization", value.replace("list=host", "list=", 1)),
    }
    if pairs:
        name, text = pairs[data.draw(st.integers(0, len(pairs) - 1))]
        sent = "&".join(f"{quote(n, safe='')}={quote(v + 'x' * (n == name), safe='')}" for n, v in pairs)
        changes["parameter"] = lambda: changed(good, raw_query=sent)
        gone = "&".join(f"{quote(n, safe='')}={quote(v, safe='')}" for n, v in pairs if n != name)
        if text:
            changes["no parameter"] = lambda: changed(good, raw_query=gone)
    if headers:
        header = data.draw(st.sampled_from(sorted(headers)))
        changes["header"] = lambda: with_header(good, header, headers[header] + "x")
    change = data.draw(st.sampled_from(sorted(changes)))
    verdict = verify(changes[change]())
    assert verdict.reason is Reason.SIGNATURE_MISMATCH, change
    assert verdict.string_to_sign.startswith("sha1\n")
    assert verdict.format_string
    assert verdict.diagnosis.isprintable()


@settings(deadline=None)
@given(TEXT, st.binary(max_size=30), st.text(max_size=40), st.text(max_size=200))
def test_any_request_gets_a_verdict(method, path, query, authorization):
    raw = "/" + path.decode("utf-8", "surrogateescape")
    for value in (
        authorization,
        VALUE[:40] + authorization,
        VALUE.replace("list=host", "list=" + authorization),
    ):
        request = SignedRequest(method, raw, query, authorization, {"authorization": value})
        assert verify(request).diagnosis.isprintable()

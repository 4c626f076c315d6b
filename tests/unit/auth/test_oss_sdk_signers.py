"""The SDKs for Python sign, the emulator verifies: any key, parameters and headers; and what was changed is refused."""

import time
from urllib.parse import quote, urlencode, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from ci_emulator.auth import oss_v1, oss_v4
from ci_emulator.auth.credentials import Credential, StaticCredentials
from ci_emulator.auth.oss_model import Facts, Fault, Signed
from ci_emulator.auth.oss_subresources import SUBRESOURCES

oss2 = pytest.importorskip("oss2")
oss = pytest.importorskip("alibabacloud_oss_v2")

# oss2 asks for UTC the old way, which Python 3.12 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")

KEY = Credential("LTAIa", "secret-a", "1250000000")
TEMPORARY = Credential("STS.b", "secret-b", "1250000000", token="tok/en+with=signs &?")
PAIRS = StaticCredentials([KEY, TEMPORARY])
BUCKET = "photos"
MISMATCHES = (Fault.MISMATCH_V1, Fault.MISMATCH_V4)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
#: Parameters that no scheme takes for its own.
NAMES = st.one_of(
    st.sampled_from(sorted(oss2.ProviderAuth._subresource_key_set - {"security-token"})),
    st.sampled_from(["prefix", "max-keys", "list-type", "encoding-type"]),
    st.from_regex(r"[A-Za-z +/é汉-]{1,6}", fullmatch=True),
).filter(lambda name: name not in ("Expires", "Signature"))
#: Values as they arrive: no control characters, no blanks around them.
VALUES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp", "Zs"]), max_size=10)
HEADERS = st.dictionaries(
    st.one_of(
        st.from_regex(r"x-oss-meta-[a-z-]{1,6}", fullmatch=True),
        st.sampled_from(["content-type", "content-md5", "range", "x-oss-object-acl"]),
    ),
    VALUES,
    max_size=4,
)
METHODS = st.sampled_from(["GET", "PUT", "POST", "HEAD", "DELETE"])
KEYS = TEXT.filter(bool)
PARAMS = st.dictionaries(NAMES, TEXT, max_size=4)
REQUESTS = st.tuples(METHODS, KEYS, PARAMS, HEADERS)
#: SDK, version, where the signature is, temporary key?
WAYS = st.tuples(
    st.sampled_from(["oss2", "oss_v2"]),
    st.sampled_from(["v1", "v4"]),
    st.sampled_from(["header", "url"]),
    st.booleans(),
)
MANY = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])


def by_oss2(way, request, additional=None):
    _, version, where, temporary = way
    method, key, params, headers = request
    pair = TEMPORARY if temporary else KEY
    if temporary:
        auth = oss2.StsAuth(pair.secret_id, pair.secret_key, pair.token, auth_version=version)
    else:
        auth = oss2.make_auth(pair.secret_id, pair.secret_key, version)
    url = f"http://127.0.0.1:9000/{BUCKET}/{quote(key, safe='')}"
    built = oss2.http.Request(
        method, url, None, dict(params), dict(headers), region="cn-hangzhou", product="oss"
    )
    if where == "header":
        auth._sign_request(built, BUCKET, key)
        raw_query = urlencode(built.params)  # as python-requests writes it
    else:
        options = [] if additional is None else [additional]
        raw_query = urlsplit(auth._sign_url(built, BUCKET, key, 600, *options)).query
    return facts(method, raw_query, built.headers, key, signed_in_url=where == "url")


def by_oss_v2(way, request, additional=None):
    _, version, where, temporary = way
    method, key, params, headers = request
    pair = TEMPORARY if temporary else KEY
    query = "&".join(
        quote(name, safe="") + (f"={quote(value, safe='')}" if value else "")
        for name, value in params.items()
    )
    built = oss.types.HttpRequest(
        method, f"http://127.0.0.1:9000/{BUCKET}/{quote(key)}{'?' if query else ''}{query}"
    )
    built.headers.update(headers)
    context = oss.types.SigningContext(
        product="oss",
        region="cn-hangzhou",
        bucket=BUCKET,
        key=key,
        request=built,
        credentials=oss.credentials.Credentials(pair.secret_id, pair.secret_key, pair.token),
    )
    context.sub_resource = [name for name in params if name in oss2.ProviderAuth._subresource_key_set]
    context.auth_method_query = where == "url"
    context.additional_headers = additional
    signer = oss.signer.SignerV1() if version == "v1" else oss.signer.SignerV4()
    signer.sign(context)
    return facts(method, urlsplit(built.url).query, built.headers, key, signed_in_url=where == "url")


def facts(method, raw_query, headers, key, *, signed_in_url):
    wire = {name.lower(): value for name, value in headers.items() if value is not None}
    if signed_in_url:
        wire.pop("date", None)  # oss2 keeps its Expires there while it signs
    return Facts(method, raw_query, wire, [Signed(BUCKET, key)])


def signed(way, request):
    return by_oss2(way, request) if way[0] == "oss2" else by_oss_v2(way, request)


def judge(way, sent, now=None, pairs=PAIRS):
    scheme = oss_v1 if way[1] == "v1" else oss_v4
    verify = scheme.verify_header if way[2] == "header" else scheme.verify_url
    return verify(sent, pairs, time.time() if now is None else now)


@MANY
@given(WAYS, REQUESTS)
def test_what_an_sdk_signs_is_accepted(way, request_):
    judgement = judge(way, signed(way, request_))
    assert judgement.fault is None, judgement
    assert judgement.resource == Signed(BUCKET, request_[1])
    assert judgement.verdict.secret_id == (TEMPORARY if way[3] else KEY).secret_id


def another_method(sent):
    return replace(sent, method="GET" if sent.method != "GET" else "PUT")


def another_key(sent):
    return replace(sent, resources=[Signed(BUCKET, f"{sent.resources[0].key}x")])


def another_bucket(sent):
    return replace(sent, resources=[Signed("others", sent.resources[0].key)])


def one_more_parameter(sent):
    return replace(sent, raw_query=f"{sent.raw_query}&x-oss-process=image%2Fcodes".lstrip("&"))


def one_more_header(sent):
    return replace(sent, headers={**sent.headers, "x-oss-object-acl-more": "public-read"})


def another_type(sent):
    return replace(sent, headers={**sent.headers, "content-type": "changed/type"})


def another_md5(sent):
    return replace(sent, headers={**sent.headers, "content-md5": "changed"})


CHANGES = st.sampled_from(
    [
        another_method,
        another_key,
        another_bucket,
        one_more_parameter,
        one_more_header,
        another_type,
        another_md5,
    ]
)


@MANY
@given(WAYS, REQUESTS, CHANGES)
def test_what_was_changed_is_refused(way, request_, change):
    if change is one_more_parameter:
        request_ = (*request_[:2], {}, request_[3])
    judgement = judge(way, change(signed(way, request_)))
    assert judgement.fault in MISMATCHES
    assert judgement.verdict.string_to_sign
    assert judgement.verdict.diagnosis


@MANY
@given(WAYS, REQUESTS, st.integers(1, 100))
def test_a_changed_value_of_a_signed_parameter_is_refused(way, request_, number):
    method, key, _, headers = request_
    sent = signed(way, (method, key, {"uploadId": f"a{number}"}, headers))
    assert judge(way, sent).fault is None
    changed = replace(sent, raw_query=sent.raw_query.replace(f"uploadId=a{number}", f"uploadId=b{number}"))
    assert changed != sent
    assert judge(way, changed).fault in MISMATCHES


# oss2 takes them for URLs alone.
@pytest.mark.parametrize(("sign", "where"), [(by_oss2, "url"), (by_oss_v2, "header"), (by_oss_v2, "url")])
def test_additional_headers(sign, where):
    way = (sign, "v4", where, False)
    request = ("GET", "a b/c+d", {}, {"range": "bytes=0-9", "if-match": "x", "host": "h:1", "ignored": "i"})
    names = ["Range", "host", "if-match", "If-Match", "content-type", "x-oss-meta-a"]
    sent = sign(way, request, names)
    assert judge(way, sent).fault is None
    for name in ("range", "host", "if-match"):
        other = replace(sent, headers={**sent.headers, name: "changed"})
        assert judge(way, other).fault is Fault.MISMATCH_V4
        without = replace(sent, headers={known: v for known, v in sent.headers.items() if known != name})
        refused = judge(way, without)
        assert refused.fault is Fault.MISMATCH_V4
        assert refused.verdict.diagnosis == f"listed as signed but not in the request: {name}"
    unsigned = replace(sent, headers={**sent.headers, "ignored": "changed"})
    assert judge(way, unsigned).fault is None


def test_the_parameters_that_are_signed_are_all_that_any_sdk_signs():
    known = oss2.ProviderAuth._subresource_key_set | oss.signer.SignerV1._subresource_key_set
    assert {name for name in known if not name.startswith("x-oss-ac-")} <= SUBRESOURCES


def test_oss_v2_forgets_x_oss_process_with_version_1_and_is_forgiven_in_the_header_alone():
    request = ("GET", "a.png", {"x-oss-process": "image/codes"}, {})
    forgetful = ("GET", "a.png", {}, {"user-agent": "alibabacloud-python-sdk-v2/1.4.1 (Linux)"})
    way = ("oss_v2", "v1", "header", False)
    sent = replace(signed(way, forgetful), raw_query="x-oss-process=image%2Fcodes")
    assert judge(way, sent).fault is None
    of_another_client = replace(sent, headers={**sent.headers, "user-agent": "curl/8"})
    refused = judge(way, of_another_client)
    assert refused.fault is Fault.MISMATCH_V1
    assert refused.verdict.diagnosis == "signed without x-oss-process, which was added: sign it too"
    url = signed(("oss_v2", "v1", "url", False), forgetful)
    appended = replace(url, raw_query=f"{url.raw_query}&x-oss-process=image%2Fcodes")
    assert judge(("oss_v2", "v1", "url", False), appended).fault is Fault.MISMATCH_V1
    assert (
        judge(("oss2", "v1", "header", False), by_oss2(("oss2", "v1", "header", False), request)).fault
        is None
    )


ALL_WAYS = [
    (sdk, version, where, temporary)
    for sdk in ("oss2", "oss_v2")
    for version in ("v1", "v4")
    for where in ("header", "url")
    for temporary in (False, True)
]


@pytest.mark.parametrize("way", ALL_WAYS, ids=str)
def test_the_token_belongs_to_the_key(way):
    sent = signed(way, ("GET", "a", {}, {}))
    now = time.time()
    pair = TEMPORARY if way[3] else KEY
    expired = Credential(pair.secret_id, pair.secret_key, "1", token=pair.token, expires=now - 1)
    another = Credential(pair.secret_id, pair.secret_key, "1", token="another")
    found = {
        "expired": judge(way, sent, now, StaticCredentials([expired])).fault,
        "another token": judge(way, sent, now, StaticCredentials([another])).fault,
        "unknown": judge(way, sent, now, StaticCredentials([])).fault,
    }
    assert found == {
        "expired": Fault.TOKEN_EXPIRED,
        "another token": Fault.TOKEN_OF_ANOTHER if way[3] else Fault.UNKNOWN_KEY,
        "unknown": Fault.TOKEN_INVALID if way[3] else Fault.UNKNOWN_KEY,
    }


@pytest.mark.parametrize("way", [way for way in ALL_WAYS if way[2] == "header"], ids=str)
@pytest.mark.parametrize(("off", "fault"), [(-901, Fault.SKEW), (-899, None), (899, None), (902, Fault.SKEW)])
def test_the_clock_may_be_fifteen_minutes_off(way, off, fault):
    # The dates have whole seconds, so the clock is asked first and last for what is just allowed.
    now = int(time.time())
    judgement = judge(way, signed(way, ("GET", "a", {}, {})), now + off)
    assert judgement.fault is fault


@pytest.mark.parametrize("way", [way for way in ALL_WAYS if way[2] == "url"], ids=str)
def test_a_url_expires_before_its_signature_is_looked_at(way):
    sent = signed(way, ("GET", "a", {}, {}))
    now = time.time()
    late = now + 100_000
    expired = Fault.EXPIRED_V1 if way[1] == "v1" else Fault.EXPIRED_V4
    assert judge(way, sent, late).fault is expired
    assert judge(way, another_key(sent), late).fault is expired
    assert judge(way, sent, late, StaticCredentials([])).fault is expired
    early = judge(way, sent, now - 1000).fault
    assert early is (None if way[1] == "v1" else Fault.V4_URL_EARLY)

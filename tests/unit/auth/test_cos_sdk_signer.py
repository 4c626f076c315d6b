"""The real Python SDK signs, the emulator verifies: any key, parameters and metadata."""

from types import SimpleNamespace
from urllib.parse import quote, urlencode

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ci_emulator.auth import cos_q_sign
from ci_emulator.auth.credentials import Credential, StaticCredentials
from ci_emulator.auth.model import SignedRequest

cos_auth = pytest.importorskip("qcloud_cos.cos_auth")

KEY = Credential("AKIDa", "secret-a", "1250000000")
CONFIG = SimpleNamespace(
    _secret_id=KEY.secret_id, _secret_key=KEY.secret_key, _anonymous=False, _sign_params=True, _sign_host=True
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@settings(deadline=None)
@given(
    st.sampled_from(["GET", "PUT", "POST", "HEAD", "DELETE"]),
    TEXT,
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8), TEXT, max_size=4
    ),
    st.dictionaries(
        st.from_regex(r"x-cos-meta-[a-z-]{1,6}", fullmatch=True), TEXT.map(str.strip), max_size=3
    ),
)
def test_what_the_sdk_signs_is_accepted(method, key, params, headers):
    encoded = [quote(name, safe="").lower() for name in params]
    assume(len(set(encoded)) == len(encoded))
    sent = SimpleNamespace(method=method, url="http://BKT-1250000000.localhost:9000/", headers=dict(headers))
    cos_auth.CosS3Auth(CONFIG, key, params)(sent)
    path = key if key.startswith("/") else "/" + key
    wire = {name.lower(): value for name, value in sent.headers.items()}
    request = SignedRequest(method, quote(path), urlencode(params), "bkt-1250000000.localhost:9000", wire)
    found = cos_q_sign.find_signature(request)
    verdict = cos_q_sign.verify(request, StaticCredentials([KEY]), found.starts)
    assert verdict.accepted, verdict

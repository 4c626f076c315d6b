import hmac

from hypothesis import given
from hypothesis import strategies as st

from ci_emulator.auth.cos_q_canonical import hmac_sha1


@given(st.binary(max_size=200), st.binary(max_size=3000))
def test_it_is_the_hmac_of_the_library(key: bytes, message: bytes) -> None:
    assert hmac_sha1(key, message) == hmac.digest(key, message, "sha1")

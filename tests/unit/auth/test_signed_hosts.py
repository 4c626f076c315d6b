"""Which texts may have been signed as the host."""

import pytest

from ci_emulator.auth import hosts


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        (
            "bkt-1.Localhost:9000",
            ["bkt-1.Localhost:9000", "bkt-1.localhost:9000", "bkt-1.Localhost", "bkt-1.localhost"],
        ),
        ("bkt-1.localhost", ["bkt-1.localhost"]),
        ("[::1]:9000", ["[::1]:9000", "[::1]", "::1"]),
        ("::1", ["::1"]),
        ("localhost:", ["localhost:", "localhost"]),
        ("", [""]),
    ],
)
def test_cos_clients(host, expected):
    assert list(hosts.signed_by_cos_clients(host)) == expected
    assert list(hosts.signed_by_cos_clients(host, ["extra", host])) == [*expected, "extra"]


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1:9000", ["127.0.0.1:9000", "127.0.0.1"]),
        (
            "http://127.0.0.1:9000",
            ["http://127.0.0.1:9000", "http://127.0.0.1", "127.0.0.1:9000", "127.0.0.1"],
        ),
        ("https://a:1/p/", ["https://a:1/p/", "a:1", "a"]),
        ("A:1", ["A:1", "A", "a:1", "a"]),
    ],
)
def test_api3_clients(host, expected):
    assert list(hosts.signed_by_api3_clients(host)) == expected

"""Whose X-Forwarded-Host is believed."""

from __future__ import annotations

import pytest

from ci_emulator.config import Config
from ci_emulator.wire.front import FrontSettings


@pytest.mark.parametrize(
    ("proxies", "peer", "trusted"),
    [
        (Config().trusted_proxies, "127.0.0.1", True),
        (Config().trusted_proxies, "127.8.8.8", True),
        (Config().trusted_proxies, "::1", True),
        (Config().trusted_proxies, "192.0.2.1", False),
        (("192.0.2.7",), "192.0.2.7", True),
        (("192.0.2.7",), "192.0.2.8", False),
        (("192.0.2.7/24",), "192.0.2.8", True),
        (("2001:db8::/32",), "2001:db8::1", True),
        (("2001:db8::/32",), "127.0.0.1", False),
        (("0.0.0.0/0",), "", False),
        (("0.0.0.0/0",), "/run/socket", False),
        ((), "127.0.0.1", False),
    ],
)
def test_trust(proxies: tuple[str, ...], peer: str, trusted: bool) -> None:
    assert FrontSettings.of(1.0, proxies).trusts(peer) is trusted


def test_what_is_no_network() -> None:
    with pytest.raises(ValueError, match="does not appear"):
        FrontSettings.of(1.0, ["proxy.example"])

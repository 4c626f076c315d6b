from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from ci_emulator.config import ConfigError
from ci_emulator.testing import Emulator


def _get(url: str) -> dict[str, object]:
    with urllib.request.urlopen(url, timeout=10) as reply:
        return json.load(reply)


def test_with_serves_and_leaves_nothing_behind() -> None:
    before = set(threading.enumerate())
    with Emulator() as emulator:
        assert _get(emulator.url + "/_emulator/health")["status"] == "ok"
        url = emulator.url
    left = [thread.name for thread in threading.enumerate() if thread not in before]
    assert not [name for name in left if name.startswith("ci-emulator")]
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(url + "/_emulator/health", timeout=2)


def test_it_can_be_used_again() -> None:
    emulator = Emulator()
    for _ in range(2):
        with emulator:
            assert _get(emulator.url + "/_emulator/ready")["ready"] is True


async def test_async_with() -> None:
    async with Emulator() as first, Emulator() as second:
        assert first.port != second.port


def test_the_environment_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI_EMULATOR_AUTH", "nonsense")
    with Emulator() as emulator:
        assert emulator.config.auth == "strict"


def test_a_failure_to_start_is_raised_where_it_was_started(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such directory"), Emulator(seed=[f"b-1={tmp_path / 'none'}"]):
        pass


def test_a_port_in_use_is_raised() -> None:
    with Emulator() as emulator, pytest.raises(OSError, match="address"), Emulator(port=emulator.port):
        pass


def test_an_unknown_setting_is_named() -> None:
    with pytest.raises(ConfigError, match="prot"):
        Emulator(prot=1)


def test_the_address_needs_a_running_server() -> None:
    with pytest.raises(RuntimeError):
        _ = Emulator().url

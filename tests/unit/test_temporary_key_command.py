"""`ci-emulator temporary-key`: the key it prints is one that a server accepts, and every mistake is one line."""

from __future__ import annotations

import io
import json
import shlex
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ci_emulator.auth.credentials import Credential, StaticCredentials
from ci_emulator.auth.temporary import TemporaryCredentials
from ci_emulator.cli import main
from ci_emulator.config import PUBLISHED_KEY

POLICY = json.dumps({"statement": [{"effect": "allow", "action": "cos:GetObject", "resource": "*"}]})
CONFIG = """
[[credentials]]
secret_id = "AKIDfixed"
secret_key = "fixed-secret"
appid = "1"
token = "t"

[[credentials]]
secret_id = "AKIDowner"
secret_key = "owner-secret"
appid = "1"

[[credentials]]
secret_id = "AKIDuser"
secret_key = "user-secret"
appid = "1"
user = "42"
policy = "{}"
"""
PAIRS = StaticCredentials(
    [
        Credential(PUBLISHED_KEY.secret_id, PUBLISHED_KEY.secret_key, PUBLISHED_KEY.appid),
        Credential("AKIDowner", "owner-secret", "1"),
        Credential("AKIDuser", "user-secret", "1", user="42", policy="{}"),
    ]
)

Run = Callable[..., str]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.delenv("CI_EMULATOR_CONFIG", raising=False)

    def command(*arguments: str, code: int = 0) -> str:
        with pytest.raises(SystemExit) as ended:
            main(["temporary-key", *arguments])
        assert ended.value.code == code
        out, err = capsys.readouterr()
        assert not (out if code else err)
        return err if code else out

    return command


@pytest.fixture
def config(tmp_path: Path) -> str:
    path = tmp_path / "ci-emulator.toml"
    path.write_text(CONFIG, "utf-8")
    return str(path)


def found(text: str) -> Credential:
    """Return what a server makes of the printed key."""
    printed = json.loads(text)
    key = TemporaryCredentials(PAIRS).find(printed["TmpSecretId"], (printed["Token"],))
    assert key is not None
    assert key.secret_key == printed["TmpSecretKey"]
    assert key.expires == printed["ExpiredTime"]
    assert printed["Expiration"] == time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(key.expires))
    return key


def test_the_published_pair_issues_it_unless_told_otherwise(run: Run) -> None:
    key = found(run())
    assert (key.appid, key.session_policy, key.session_name) == (PUBLISHED_KEY.appid, None, "")
    assert key.expires is not None
    assert 1790 <= key.expires - time.time() <= 1800


def test_two_keys_differ(run: Run) -> None:
    assert found(run()).secret_id != found(run()).secret_id


def test_options(run: Run, tmp_path: Path) -> None:
    policy = tmp_path / "policy.json"
    policy.write_text(POLICY, "utf-8")
    key = found(run("--policy", str(policy), "--duration", "60", "--name", "alice", "--style", "aliyun"))
    assert (key.session_policy, key.session_name) == (POLICY, "alice")
    assert key.secret_id.startswith("STS.")
    assert key.expires is not None
    assert 50 <= key.expires - time.time() <= 60


def test_a_policy_from_standard_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(POLICY))
    assert found(run("--policy", "-")).session_policy == POLICY


def test_the_key_pairs_of_a_server(run: Run, config: str) -> None:
    assert found(run("--config", config)).user == ""
    user = found(run("--config", config, "--secret-id", "AKIDuser"))
    assert (user.appid, user.user, user.policy) == ("1", "42", "{}")
    assert found(run("--credentials", "AKIDowner:owner-secret:1")).appid == "1"


@pytest.mark.parametrize(
    ("style", "names"),
    [
        ("tencent", ["TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY", "TENCENTCLOUD_TOKEN"]),
        (
            "aliyun",
            [
                "ALIBABA_CLOUD_ACCESS_KEY_ID",
                "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
                "ALIBABA_CLOUD_SECURITY_TOKEN",
            ],
        ),
    ],
)
def test_lines_for_a_shell(run: Run, style: str, names: list[str]) -> None:
    lines = [shlex.split(line) for line in run("--format", "env", "--style", style).splitlines()]
    assert [word for word, _ in lines] == ["export"] * 3
    pairs = dict(assignment.split("=", 1) for _, assignment in lines)
    assert list(pairs) == names
    secret_id, secret_key, token = pairs.values()
    key = TemporaryCredentials(PAIRS).find(secret_id, (token,))
    assert key is not None
    assert key.secret_key == secret_key


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--policy", "{tmp}/none.json"], "--policy: "),
        (["--policy", "{tmp}/bad.json"], "--policy: The policy is not JSON"),
        (["--policy", "{tmp}/latin.json"], "is not UTF-8"),
        (["--secret-id", "AKIDnobody"], "--secret-id: no permanent key pair has the id AKIDnobody"),
        (["--config", "{tmp}/ci-emulator.toml", "--secret-id", "AKIDfixed"], "no permanent key pair"),
        (["--duration", "0"], "--duration: 0"),
        (["--duration", "999999999999"], "--duration: 999999999999"),
        (["--credentials", "x"], "credentials"),
    ],
)
def test_mistakes(run: Run, config: str, tmp_path: Path, arguments: list[str], says: str) -> None:
    (tmp_path / "bad.json").write_text("{", "utf-8")
    (tmp_path / "latin.json").write_bytes(b"\xe9")
    said = run(*(text.replace("{tmp}", str(tmp_path)) for text in arguments), code=2)
    assert says in said
    assert said.startswith("ci-emulator: ")
    assert said.count("\n") == 1


def test_settings_without_a_permanent_pair(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "fixed.toml"
    path.write_text(CONFIG.split('[[credentials]]\nsecret_id = "AKIDowner')[0], "utf-8")
    assert "there is no permanent key pair" in run("--config", str(path), code=2)

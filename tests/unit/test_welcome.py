"""What `ci-emulator serve` prints to try works when it is pasted, and `ci-emulator sign` signs what curl then sends."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from lanes import require_lane

from ci_emulator.cli import main, welcome
from ci_emulator.config import Config, KeyPair
from ci_emulator.testing import Emulator

ROOT = Path(__file__).resolve().parents[2]
SEED = [f"samples-1250000000={ROOT / 'samples' / 'pictures'}"]
URL = "https://www.example.com"
OPERATIONS = '{"is_pic_info":1,"rules":[{"rule":"QRcode/cover/0"}]}'


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    require_lane("curl", shutil.which("curl") is not None, "apt-get install curl")
    with Emulator(seed=SEED) as running:
        yield running


def pasted(command: str, folder: Path) -> str:
    """Run a line as a shell does, and return what it prints."""
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    ran = subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env=kept,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_every_printed_command_works_in_its_turn(emulator: Emulator, tmp_path: Path) -> None:
    lines = welcome(Config(seed=SEED), emulator.port).splitlines()
    title = next(number for number, line in enumerate(lines) if line.startswith("Try"))
    generated, read, fetched, uploaded, ocr = (pasted(line, tmp_path) for line in lines[title + 1 :])
    assert "<ResultImage>iVBORw0KGgo" in generated
    assert f"<CodeStatus>1</CodeStatus><QRcodeInfo><CodeUrl>{URL}</CodeUrl>" in read
    assert fetched == ""
    picture = (ROOT / "samples" / "pictures" / "qr-url.png").read_bytes()
    assert (tmp_path / "qr-url.png").read_bytes() == picture
    assert f"<CodeUrl>{URL}</CodeUrl>" in uploaded
    assert re.findall(r"<Key>(.*?)</Key>", uploaded) == ["mine/qr-url.png", "mine/covered.png"]
    (code,) = json.loads(ocr)["Response"]["CodeResults"]
    assert code["Url"] == URL


def test_nothing_is_printed_to_try_without_the_published_key_or_without_a_bucket() -> None:
    other = KeyPair(secret_id="AKIDother", secret_key="other-key", appid="1")
    for config in (Config(), Config(seed=SEED, credentials=(other,))):
        assert "curl" not in welcome(config, 9000)


def signed(*arguments: str) -> str:
    """Return what `ci-emulator sign` prints."""
    command = [sys.executable, "-m", "ci_emulator", "sign", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("option", "sent", "status"),
    [
        (f"Pic-Operations: {OPERATIONS}", OPERATIONS, "200"),
        (f"pic-operations:{OPERATIONS}", OPERATIONS, "200"),
        (f"Pic-Operations: {OPERATIONS}", OPERATIONS.replace("/0", "/1"), "403"),
        ("x-cos-meta-a: 1", OPERATIONS, "403"),
    ],
    ids=["signed", "signed-in-lower-case", "sent-otherwise", "left-out"],
)
def test_a_header_is_signed(emulator: Emulator, tmp_path: Path, option: str, sent: str, status: str) -> None:
    url = signed("PUT", f"{emulator.url}/samples-1250000000/signed.png", "-H", option)
    picture = ROOT / "samples" / "pictures" / "qr-url.png"
    headers = f"-H 'Pic-Operations: {sent}' -H 'x-cos-meta-a: 1'"
    answer = pasted(f"curl -sS -w ' %{{http_code}}' -T '{picture}' {headers} '{url}'", tmp_path)
    assert answer.endswith(f" {status}"), answer
    assert (f"<CodeUrl>{URL}</CodeUrl>" in answer) == (status == "200")


@pytest.mark.parametrize("header", ["Pic-Operations", ": value", ""])
def test_a_header_without_a_name_or_a_colon_is_refused(
    header: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["sign", "PUT", "http://127.0.0.1:9000/b-1/k", "--header", header])
    assert ended.value.code == 2
    assert "--header" in capsys.readouterr().err

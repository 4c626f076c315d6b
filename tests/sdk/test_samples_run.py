"""The examples for users run as they are, against a running emulator."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sdk_clients import PICTURES, ROOT

CLIENTS = ROOT / "samples" / "clients"
PICTURE_SIZE = (PICTURES / "qr-url.png").stat().st_size


def _run(emulator, *command):
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    environment |= {"CI_EMULATOR": emulator.address, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [str(part) for part in command],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_cos_python_by_ip_and_port(emulator):
    made, stored, read, deleted = _run(emulator, sys.executable, CLIENTS / "cos_python_ip_port.py")
    assert made.startswith("made a picture of ")
    assert stored.startswith('stored "')
    assert (read, deleted) == ("read back True", "deleted True")


def test_cos_python_through_the_proxy_setting(emulator):
    buckets, first, downloaded, refused = _run(emulator, sys.executable, CLIENTS / "cos_python_proxies.py")
    assert "samples-1250000000" in buckets
    assert first.startswith("first key ")
    assert downloaded == f"downloaded {PICTURE_SIZE} bytes"
    assert refused == "refused 404 NoSuchKey"


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        ("qr-url.png", ["picture 330 x 330", "QR_CODE https://www.example.com at 40 40"]),
        ("qr-chinese.png", ["picture 490 x 530", "QR_CODE 你好，世界！欢迎来到二维码的世界。 at 80 80"]),
        ("ean-8.png", ["picture 620 x 280", "EAN-8 20123451 at -1 -1"]),
    ],
)
def test_tencentcloud_python(emulator, picture, expected):
    command = (sys.executable, CLIENTS / "tencentcloud_python.py", Path("samples/pictures") / picture)
    assert _run(emulator, *command) == expected


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("openssl")), reason="needs curl and openssl")
def test_curl(emulator):
    (line,) = _run(emulator, "sh", CLIENTS / "curl.sh")
    (code,) = json.loads(line)["Response"]["CodeResults"]
    assert (code["TypeName"], code["Url"]) == ("QR_CODE", "https://www.example.com")


def test_every_example_is_run_here_and_named_in_the_readme():
    tests = Path(__file__).read_text(encoding="utf-8")
    readme = (ROOT / "samples" / "README.md").read_text(encoding="utf-8")
    names = [path.name for path in CLIENTS.iterdir() if path.suffix in (".py", ".sh")]
    assert len(names) >= 4
    for name in names:
        assert f'"{name}"' in tests, name
        assert f"(clients/{name})" in readme, name
        assert "127.0.0.1:9000" in (CLIENTS / name).read_text(encoding="utf-8"), name

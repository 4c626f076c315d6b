"""The answers to `?x-oss-process=image/codes` and its neighbours, byte for byte (spec: aliyun.md sections 3.2 and 3.3).

A golden answer is whole: the clock stands still and the ids are the same each time. The pictures are BMP, whose bytes depend on
no library, because the ETag and the size of the file are told.
"""

import json
import re
import socket
from pathlib import Path

import oss2
import pytest
from drawn_pictures import saved, symbol
from PIL import Image

from ci_emulator.config import PUBLISHED_KEY
from ci_emulator.core.clock import FixedClock
from ci_emulator.core.ids import SeededIds
from ci_emulator.testing import Emulator

HERE = Path(__file__).parent
BUCKET = "example-bucket"
HOST = f"{BUCKET}.oss-cn-hangzhou.aliyuncs.com"
NOW = 1_700_000_000.0
TEXTS = ['https://a.example/?x=1&y="<2>"', "二维码 \\ \r\n \t"]

#: What is asked for, by the name of the golden file.
ASKED = {
    "oss_codes_several": ("several.bmp", "image/codes"),
    "oss_codes_none": ("none.bmp", "image/codes"),
    "oss_codes_refused_object": ("text.bmp", "image/codes"),
    "oss_codes_refused_operation": ("several.bmp", "image/code"),
    "oss_codes_missing": ("missing.bmp", "image/codes"),
    "oss_info": ("colour.bmp", "image/info"),
    "oss_average_hue": ("colour.bmp", "image/average-hue"),
}


class SameIds(SeededIds):
    """Every answer has the same ids."""

    def oss_request_id(self, now: float) -> str:
        return SeededIds(1).oss_request_id(now)

    def uuid(self) -> str:
        return SeededIds(2).uuid()


def several() -> bytes:
    picture = Image.new("L", (500, 240), 255)
    for at, text in zip(((40, 60), (280, 60)), TEXTS, strict=True):
        picture.paste(symbol(text, 160), at)
    return saved(picture, "BMP")


@pytest.fixture(scope="module")
def emulator(tmp_path_factory):
    folder = tmp_path_factory.mktemp("golden")
    for name, body in {
        "several.bmp": several(),
        "none.bmp": saved(Image.new("L", (60, 60), 255), "BMP"),
        "text.bmp": b"no picture",
        "colour.bmp": saved(Image.new("RGB", (64, 48), (92, 120, 59)), "BMP"),
    }.items():
        (folder / name).write_bytes(body)
    seed = [f"{BUCKET}-{PUBLISHED_KEY.appid}={folder}"]
    with Emulator(seed=seed, clock=FixedClock(NOW), ids=SameIds(0)) as running:
        yield running


def ask(emulator, name):
    """Return all the bytes of an answer, and nothing more than its Content-Length announces."""
    key, process = ASKED[name]
    auth = oss2.Auth(PUBLISHED_KEY.secret_id, PUBLISHED_KEY.secret_key)
    bucket = oss2.Bucket(auth, "http://oss-cn-hangzhou.aliyuncs.com", BUCKET, session=oss2.Session())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.time", lambda: NOW)
        url = bucket.sign_url("GET", key, 600, params={"x-oss-process": process})
    bucket.session.session.close()
    target = url.removeprefix(f"http://{HOST}")
    assert target.startswith("/")
    request = f"GET {target} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", emulator.port), timeout=30) as connection:
        connection.sendall(request.encode())
        return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize("name", ASKED)
def test_a_golden_answer(emulator, name):
    golden = (HERE / f"{name}.http").read_bytes().removesuffix(b"\n")
    # The body of an answer may end without a line end, a file of text does not; in the head they are CR LF.
    head, _, body = ask(emulator, name).partition(b"\r\n\r\n")
    assert (head.replace(b"\r\n", b"\n") + b"\n\n" + body).decode() == golden.decode()
    announced = re.search(rb"(?m)^Content-Length: (\d+)\r$", head + b"\r\n")
    assert int(announced[1]) == len(body)


def test_an_answer_says_what_was_drawn(emulator):
    body = ask(emulator, "oss_codes_several").partition(b"\r\n\r\n")[2]
    assert [code["Content"] for code in json.loads(body)["Codes"]] == TEXTS

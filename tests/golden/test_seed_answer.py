"""The documented request for a QR code, byte for byte as printed, and its answer as a whole (spec: ci.md section 1)."""

import base64
import io
import re
import socket
import time
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from ci_emulator.auth import cos_q_sign
from ci_emulator.auth.credentials import Credential
from ci_emulator.config import PUBLISHED_KEY
from ci_emulator.testing import Emulator

HERE = Path(__file__).parent
SAMPLES = HERE.parents[1] / "samples" / "pictures"

HOST = "examplebucket-1250000000.cos.ap-beijing.myqcloud.com"
CONTENT = "<https://www.example.com>"
PARAMS = [("ci-process", "qrcode-generate"), ("qrcode-content", CONTENT), ("mode", "0"), ("width", "200")]
PRINTED = "/?ci-process=qrcode-generate&qrcode-content=<https://www.example.com>&mode=0&width=200"

FORMS = {
    "as-printed": PRINTED,
    "brackets-encoded": PRINTED.replace("<", "%3C").replace(">", "%3E"),
    "brackets-encoded-in-lower-case": PRINTED.replace("<", "%3c").replace(">", "%3e"),
    "all-encoded": PRINTED.replace("<https://www.example.com>", "%3Chttps%3A%2F%2Fwww.example.com%3E"),
    "absolute-form": f"http://{HOST}{PRINTED}",
}
SIGNED = {"all-parameters": PARAMS, "no-parameters": []}

#: What differs from answer to answer: ids, the time, and how the zlib at hand packs the picture.
MASKS = (
    (rb"(?m)^(x-c[io][s]?-request-id): [A-Za-z0-9+/=]{16,}\r$", rb"\1: <id>\r"),
    (rb"(?m)^Date: [A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT\r$", rb"Date: <date>\r"),
    (rb"(?m)^Content-Length: \d+\r$", rb"Content-Length: <length>\r"),
    (rb"<ResultImage>[A-Za-z0-9+/]+={0,2}</ResultImage>", rb"<ResultImage><base64></ResultImage>"),
)


@pytest.fixture(scope="module")
def emulator():
    with Emulator(seed=[f"examplebucket-1250000000={SAMPLES}"]) as running:
        yield running


def _ask(emulator, target, signed):
    now = int(time.time())
    credential = Credential(PUBLISHED_KEY.secret_id, PUBLISHED_KEY.secret_key, PUBLISHED_KEY.appid)
    authorization = cos_q_sign.sign(
        credential, "get", "/", start=now - 60, end=now + 600, params=signed, headers={"host": HOST}
    )
    request = f"GET {target} HTTP/1.1\r\nAuthorization: {authorization}\r\nHost: {HOST}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", emulator.port), timeout=30) as connection:
        connection.sendall(request.encode())
        return _receive(connection)


def _receive(connection):
    """Read one answer, and nothing more than its Content-Length announces."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    length = int(re.search(rb"(?mi)^content-length: (\d+)", head)[1])
    while len(body) < length:
        body += connection.recv(65536)
    connection.settimeout(0.05)
    with pytest.raises(TimeoutError):
        connection.recv(1)
    assert len(body) == length
    return head + b"\r\n\r\n" + body


@pytest.mark.parametrize("signed", SIGNED)
@pytest.mark.parametrize("form", FORMS)
def test_the_answer_is_the_documented_one(emulator, form, signed):
    answer = _ask(emulator, FORMS[form], SIGNED[signed])
    masked = answer
    for pattern, replacement in MASKS:
        masked = re.sub(pattern, replacement, masked)
    golden = (HERE / "seed_answer.http").read_bytes().replace(b"\r\n", b"\n").removesuffix(b"\n")
    assert masked.replace(b"\r\n", b"\n").decode() == golden.decode()

    first, second = re.findall(rb"(?m)^x-c(?:i|os)-request-id: (.*)\r$", answer)
    assert first == second

    (encoded,) = re.findall(rb"<ResultImage>(.*)</ResultImage>", answer)
    picture = Image.open(io.BytesIO(base64.b64decode(encoded, validate=True)))
    assert (picture.format, picture.mode, picture.size) == ("PNG", "1", (200, 200))
    assert [(code.format.name, code.text) for code in zxingcpp.read_barcodes(picture.convert("L"))] == [
        ("QRCode", CONTENT)
    ]


def test_the_connection_serves_the_next_request_too(emulator):
    request = f"GET {PRINTED} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", emulator.port), timeout=30) as connection:
        for _ in range(3):
            connection.settimeout(30)
            connection.sendall(request)
            assert _receive(connection).startswith(b"HTTP/1.1 403 Forbidden\r\n")

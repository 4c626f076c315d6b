"""Soak of QrcodeOCR: thousands of mixed pictures through a server of its own, and what they leave behind in memory.

    python tests/soak/qrcode_ocr.py [--pictures 2000]

Prints the resident memory of the server and of its workers, and their open files, before, meanwhile and after; fails
when an answer is wrong, or when something was left that grows with the number of pictures.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import psutil
from PIL import Image, ImageDraw, ImageFilter

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from api3 import PICTURES, Caller, Request, encoded, sample, send  # noqa: E402 - the path is set above

from ci_emulator.config import PUBLISHED_KEY  # noqa: E402
from ci_emulator.signing import presign  # noqa: E402
from ci_emulator.testing import Emulator  # noqa: E402

MiB = 2**20
BUCKET = "samples-1250000000"
CLIENTS = 4
#: What the server may have more at the end than after the first pictures; a leak of 10 KB a picture shows.
SERVER_GROWTH = 20 * MiB
WORKER_GROWTH = 60 * MiB


@dataclass(frozen=True)
class Case:
    """A kind of picture: how often it comes, how it is made, and what is answered (`texts` of codes, or a code)."""

    name: str
    weight: int
    make: Callable[[random.Random], bytes]
    wanted: str


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


QR = Image.open(io.BytesIO(sample())).convert("L")


def scene(rng: random.Random, width: int, height: int) -> Image.Image:
    """A grey picture with shapes in it, and a code at any place, size and small angle."""
    image = Image.new("L", (width, height), rng.randrange(150, 230))
    draw = ImageDraw.Draw(image)
    for _ in range(12):
        x, y = rng.randrange(width), rng.randrange(height)
        draw.ellipse(
            (x, y, x + rng.randrange(5, width // 2), y + rng.randrange(5, height // 2)), rng.randrange(256)
        )
    side = rng.randrange(200, min(width, height) * 7 // 10)
    code = QR.resize((side, side)).rotate(rng.uniform(-20, 20), expand=True, fillcolor=255)
    image.paste(code, (rng.randrange(width - code.width + 1), rng.randrange(height - code.height + 1)))
    return image


def photo(rng: random.Random, megapixels: float) -> bytes:
    width = int((megapixels * 1e6 * 4 / 3) ** 0.5)
    image = scene(rng, width, width * 3 // 4).filter(ImageFilter.GaussianBlur(0.7))
    return saved(image.convert("RGB"), "JPEG", quality=rng.randrange(70, 95), progressive=rng.random() < 0.3)


def drawing(rng: random.Random) -> bytes:
    image = scene(rng, rng.randrange(500, 900), rng.randrange(500, 900))
    return saved(image.convert(rng.choice(["L", "RGB", "RGBA", "P"])), "PNG")


def a_sample(rng: random.Random) -> bytes:
    names = [
        "qr-url.png",
        "qr-rotated.png",
        "qr-transparent.png",
        "qr-exif-orientation-6.jpg",
        "qr-poster-photo.jpg",
    ]
    return sample(rng.choice(names))


def noise(rng: random.Random) -> bytes:
    return saved(Image.frombytes("L", (300, 300), rng.randbytes(90_000)), "PNG")


BOMB = saved(Image.new("1", (20_000, 20_000)), "PNG")
TEXTS = "texts"
DECODE = "FailedOperation.ImageDecodeFailed"
CASES = [
    Case("sample", 20, a_sample, TEXTS),
    Case("drawing", 20, drawing, TEXTS),
    Case("photo-1-mpx", 15, lambda rng: photo(rng, 1), TEXTS),
    Case("photo-4-mpx", 6, lambda rng: photo(rng, 4), TEXTS),
    Case("photo-12-mpx", 1, lambda rng: photo(rng, 12), TEXTS),
    Case("no-code", 4, lambda rng: sample("no-code.jpg"), "FailedOperation.ImageNoText"),
    Case("noise", 2, noise, "FailedOperation.ImageNoText"),
    Case("cut-off", 6, lambda rng: sample("qr-poster-photo.jpg")[: rng.randrange(200, 20_000)], DECODE),
    Case("gif", 4, lambda rng: saved(QR, "GIF"), DECODE),
    Case("garbage", 6, lambda rng: rng.randbytes(rng.randrange(1, 50_000)), DECODE),
    Case("empty", 2, lambda rng: b"", "FailedOperation.EmptyImageError"),
    Case("bomb", 4, lambda rng: BOMB, "FailedOperation.ImageSizeTooLarge"),
]


@contextmanager
def serving() -> Iterator[tuple[psutil.Process, Emulator]]:
    """A server as its users start it; the second value has the address only."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "ci_emulator", "serve", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--seed", f"{BUCKET}={PICTURES}", "--log-level", "warning"]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        address = Address(port)
        for _ in range(500):
            try:
                state(cast(Emulator, address))
                break
            except OSError:
                time.sleep(0.02)
        yield psutil.Process(server.pid), cast(Emulator, address)
    finally:
        server.terminate()
        server.wait(30)


@dataclass(frozen=True)
class Address:
    """Where a server listens."""

    port: int

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"


def state(emulator: Emulator) -> dict[str, Any]:
    with urllib.request.urlopen(f"http://{emulator.address}/_emulator/ready", timeout=30) as answer:
        return cast(dict[str, Any], json.load(answer)["recognition"])


@dataclass(frozen=True)
class Measured:
    """What the processes hold, in bytes and in open files."""

    server: int
    server_files: int
    workers: list[int]
    worker_files: list[int]
    restarts: int

    @classmethod
    def now(cls, process: psutil.Process, emulator: Emulator) -> Measured:
        found = state(emulator)
        workers = [psutil.Process(worker["pid"]) for worker in found["workers"] if worker["pid"]]
        return cls(
            process.memory_info().rss,
            process.num_fds(),
            [worker.memory_info().rss for worker in workers],
            [worker.num_fds() for worker in workers],
            sum(worker["restarts"] for worker in found["workers"]),
        )

    def line(self, when: str) -> str:
        workers = " ".join(f"{rss / MiB:6.1f}" for rss in self.workers) or "  none"
        return (
            f"{when:>16}  server {self.server / MiB:6.1f} MiB {self.server_files:3d} files   "
            f"workers {workers} MiB, {' '.join(map(str, self.worker_files)) or 'no'} files, {self.restarts} restarts"
        )


def request(emulator: Emulator, rng: random.Random, picture: bytes) -> Request:
    """Ask for a picture in one of the forms; small samples also by their URL in this server's bucket."""
    who = Caller(emulator.address)
    params: dict[str, str] = {"ImageBase64": encoded(picture) or "data:,"}
    form = rng.randrange(5)
    if form == 0:
        return who.q_sign(params)
    if form == 1 and len(picture) < 500_000:
        return who.v1(params)
    return who.tc3(params, unsigned_payload=form == 2)


def ask(emulator: Emulator, number: int) -> str:
    """Make one call; returns the name of the case."""
    rng = random.Random(number)
    if number % 20 == 0:
        url = f"http://{emulator.address}/{BUCKET}/qr-url.png"
        signed = presign(PUBLISHED_KEY, "GET", url, now=time.time(), seconds=600)
        assert send(emulator, Caller(emulator.address).tc3({"ImageUrl": signed})).texts
        return "own-url"
    (case,) = rng.choices(CASES, [case.weight for case in CASES])
    picture = case.make(rng)
    if picture:
        picture += b"%d" % number  # so that no result is known already
    answer = send(emulator, request(emulator, rng, picture), seconds=120)
    if case.wanted == TEXTS:
        assert answer.texts, case.name
    else:
        assert answer.code == case.wanted, (case.name, answer.response)
    return case.name


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pictures", type=int, default=2000)
    count = parser.parse_args().pictures
    names: Counter[str] = Counter()
    with serving() as (process, emulator), ThreadPoolExecutor(CLIENTS) as clients:
        print(Measured.now(process, emulator).line("at start"), flush=True)
        step = max(count // 8, 1)
        settled = None
        began = time.monotonic()
        for first in range(0, count, step):
            names.update(
                clients.map(lambda number: ask(emulator, number), range(first, min(first + step, count)))
            )
            latest = Measured.now(process, emulator)
            settled = settled or latest
            print(latest.line(f"after {min(first + step, count)}"), flush=True)
        seconds = time.monotonic() - began
        time.sleep(2)
        last = Measured.now(process, emulator)
        print(last.line("at rest"))
    print(
        f"{count} pictures in {seconds:.0f} s: "
        + ", ".join(f"{name} {many}" for name, many in names.most_common())
    )
    assert settled is not None
    check(settled, last)


def check(settled: Measured, last: Measured) -> None:
    """Compare the end with the state after the first eighth, when all code was loaded and used once."""
    problems = []
    if last.server - settled.server > SERVER_GROWTH:
        problems.append(f"the server grew by {(last.server - settled.server) / MiB:.1f} MiB")
    if last.server_files > settled.server_files:
        problems.append(f"the server has {last.server_files} open files, and had {settled.server_files}")
    if max(last.workers) - max(settled.workers) > WORKER_GROWTH:
        problems.append(f"a worker grew by {(max(last.workers) - max(settled.workers)) / MiB:.1f} MiB")
    if max(last.worker_files) > max(settled.worker_files):
        problems.append("a worker has more open files than before")
    if last.restarts:
        problems.append(f"{last.restarts} workers were replaced")
    for problem in problems:
        print("LEFT BEHIND:", problem)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()

"""Recognition as the server does it: in a process of its own a code is drawn, and every reader has to read it."""

from __future__ import annotations

import logging
import time
from typing import NamedTuple

import msgspec

from ci_emulator.config import Config
from ci_emulator.core.errors import Refusal
from ci_emulator.doctor.report import LibraryFinding, RecognitionFinding
from ci_emulator.engines.codes.chain import ABSENT, available_stages, library
from ci_emulator.engines.codes.model import Reading
from ci_emulator.engines.jobs import Picture, Ping, ReadCodes, WriteQr
from ci_emulator.engines.pool_model import WorkerLimits
from ci_emulator.engines.workers import WorkerPool

_TEXT = "https://www.example.com/你好"
_WIDTH = 300
_MiB = 1024 * 1024


class _About(NamedTuple):
    """What there is to say about a library; `stage` is the one in which only this library reads."""

    title: str
    stage: str
    brings: str
    install: str


_LIBRARIES = {
    "zxing": _About("zxing-cpp", "zxing", "every symbology", "pip install zxing-cpp"),
    "zbar": _About(
        "zbar",
        "pyzbar",
        "the stage pyzbar: a second opinion where nothing was found",
        "pip install 'ci-emulator[pyzbar]', and the library libzbar"
        " (Debian, Ubuntu: apt install libzbar0; macOS: brew install zbar)",
    ),
    "opencv": _About(
        "OpenCV",
        "opencv",
        "the stages straighten and enhance: slanted, blurred, small and faint codes",
        "pip install 'ci-emulator[opencv]'",
    ),
}


async def examine_reading(config: Config) -> tuple[tuple[LibraryFinding, ...], RecognitionFinding]:
    """Let each library that is there, and then the configured stages, read a code that is drawn here."""
    silent = logging.getLogger(__name__)
    silent.addHandler(logging.NullHandler())
    silent.propagate = False  # what happens to the process is in the findings
    limits = WorkerLimits(
        job_seconds=config.job_seconds, rss_bytes=config.worker_memory * _MiB, start_failures=1
    )
    pool = WorkerPool(limits, size=1, logger=silent)
    await pool.start()
    try:
        began = time.perf_counter()
        drawing = WriteQr(content=_TEXT, width=_WIDTH, writer=config.writer)
        try:
            await pool.run("ping", Ping())
            start_seconds = round(time.perf_counter() - began, 3)
            picture: Picture = await pool.run("write_qr", drawing)
        except Refusal as refusal:
            problem = f"no recognition process runs: {pool.status().reason or _reason(refusal)}"
            return _unasked(config, problem)
        libraries = tuple([await _library(pool, name, picture.data) for name in _LIBRARIES])
        milliseconds, wrong = await _read(pool, config.readers, picture.data)
    finally:
        await pool.close()
    return libraries, RecognitionFinding(
        readers=config.readers,
        stages=available_stages(),
        start_seconds=start_seconds,
        milliseconds=milliseconds,
        problem=wrong and f"the stages {', '.join(config.readers)}, together, {wrong}",
    )


def _unasked(config: Config, problem: str) -> tuple[tuple[LibraryFinding, ...], RecognitionFinding]:
    return (
        tuple(_present(name, problem="nobody could ask it") for name in _LIBRARIES),
        RecognitionFinding(readers=config.readers, stages=available_stages(), problem=problem),
    )


async def _library(pool: WorkerPool, name: str, picture: bytes) -> LibraryFinding:
    finding = _present(name)
    if finding.version is None:
        return finding
    milliseconds, problem = await _read(pool, (_LIBRARIES[name].stage,), picture)
    return msgspec.structs.replace(finding, milliseconds=milliseconds, problem=problem)


def _present(name: str, *, problem: str | None = None) -> LibraryFinding:
    """Return what a library says of itself."""
    about = _LIBRARIES[name]
    status = library(name).status()
    if status.startswith(ABSENT):
        return LibraryFinding(
            name=about.title, brings=about.brings, reason=status.removeprefix(ABSENT), install=about.install
        )
    return LibraryFinding(name=about.title, brings=about.brings, version=status, problem=problem)


async def _read(
    pool: WorkerPool, readers: tuple[str, ...], picture: bytes
) -> tuple[float | None, str | None]:
    """Return how many milliseconds the stages take to read the code, or None and what went wrong.

    They read it twice, because the first time a library is loaded.
    """
    request = ReadCodes(data=picture, readers=readers, max_pixels=_WIDTH * _WIDTH)
    try:
        reading: Reading = await pool.run("read_codes", request)
        if not reading.codes:
            return None, "found nothing in the test picture"
        if [code.text for code in reading.codes] != [_TEXT]:
            return None, "read something else than the test code"
        began = time.perf_counter()
        await pool.run("read_codes", request)
    except Refusal as refusal:
        return None, f"failed: {_reason(refusal)}"
    return round((time.perf_counter() - began) * 1000, 1), None


def _reason(refusal: Refusal) -> str:
    return str(refusal.facts.get("reason", refusal.kind.value.replace("-", " ")))

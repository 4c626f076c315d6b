import subprocess
import sys
from pathlib import Path

import pytest

import ci_emulator
from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.engines import job_table
from ci_emulator.engines.codes.model import Reading, Symbology
from ci_emulator.engines.jobs import JOBS, Picture, Ping, ReadCodes, WriteBarcode, WriteQr
from ci_emulator.engines.workers import WorkerPool


async def test_every_job_runs_in_a_warm_worker() -> None:
    pool = WorkerPool(size=1, warm=True)
    await pool.start()
    try:
        assert await pool.ready()
        assert set(pool.status().engines) >= {"zxing"}
        assert (await pool.run("ping", Ping())).pid == pool.status().workers[0].pid
        qr = await pool.run("write_qr", WriteQr(content="https://example.com/", width=200, writer="qrcode"))
        bars = await pool.run(
            "write_barcode",
            WriteBarcode(content="690123456789", width=200, symbology="EAN_13", writer="qrcode"),
        )
        readings = [await pool.run("read_codes", request(picture)) for picture in (qr, bars)]
        with pytest.raises(Refusal) as caught:
            await pool.run("read_codes", ReadCodes(data=b"", readers=("zxing",), max_pixels=100))
    finally:
        await pool.close()
    assert [isinstance(reading, Reading) for reading in readings] == [True, True]
    assert [(code.text, code.symbology) for reading in readings for code in reading.codes] == [
        ("https://example.com/", Symbology.QR_CODE),
        ("6901234567892", Symbology.EAN_13),
    ]
    assert caught.value.kind is Kind.IMAGE_EMPTY


def request(picture: Picture) -> ReadCodes:
    return ReadCodes(data=picture.data, readers=("zxing",), formats=frozenset({"PNG"}), max_pixels=10**6)


@pytest.mark.parametrize("name", JOBS)
def test_the_code_behind_every_job_exists(name: str) -> None:
    run = job_table.resolve(JOBS[name].run)
    assert run.__annotations__.keys() >= {"return"}


def test_a_job_is_declared_once() -> None:
    with pytest.raises(ValueError, match=r"job declared twice: .*\bping\b"):
        job_table.load(["ci_emulator.engines.jobs", "ci_emulator.engines.jobs"])


def test_roots_are_where_imports_begin() -> None:
    source = str(Path(ci_emulator.__file__).resolve().parents[1])
    assert job_table.roots(["ci_emulator", "ci_emulator.engines.jobs", "ci_emulator.core"]) == [source]


def test_the_pool_imports_no_engine() -> None:
    heavy = "PIL", "zxingcpp", "cv2", "numpy", "pyzbar", "qrcode", "barcode", "psutil"
    code = (
        "import sys; from ci_emulator.engines.workers import WorkerPool; WorkerPool(size=1);"
        f"print(sorted(set({heavy}) & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=20, check=True
    )
    assert done.stdout == "[]\n"

"""kill -9 in the middle of many concurrent writes: what was acknowledged is there, and nothing is torn."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from hashlib import shake_128
from pathlib import Path
from time import monotonic

from ci_emulator.storage.disk import DiskStore

WRITER = """
import asyncio, os, sys
from hashlib import shake_128
from pathlib import Path
from ci_emulator.storage.disk import DiskStore

async def write(store, name):
    turn = 0
    while True:
        key = b"%02d/%06d" % (name, turn)
        writer = await store.blobs.create()
        size = 300_000 if turn % 50 == 49 else turn % 999
        await writer.write(shake_128(key).digest(size))
        value = f"{await writer.commit()} {size}".encode()

        def work(transaction):
            transaction.put("objects", key, value)
            transaction.put("copies", key, value)

        await store.facts.transact(work)
        os.write(1, key + b"\\n")
        turn += 1

async def main():
    store = await DiskStore.open(Path(sys.argv[1]))
    await asyncio.gather(*(write(store, name) for name in range(32)))

asyncio.run(main())
"""


def acknowledged_before_the_kill(root: Path, wanted: int, seconds: float) -> list[bytes]:
    """Let a process write until it has acknowledged enough, then kill it; return all that it acknowledged."""
    with subprocess.Popen([sys.executable, "-c", WRITER, str(root)], stdout=subprocess.PIPE) as process:
        output = b""
        until = monotonic() + seconds
        while output.count(b"\n") < wanted and monotonic() < until:
            output += process.stdout.read1(65536)
        process.send_signal(signal.SIGKILL)
        output += process.stdout.read()
    assert process.returncode == -signal.SIGKILL
    return output.split(b"\n")[:-1]


async def test_nothing_acknowledged_is_lost_or_torn(tmp_path: Path) -> None:
    acknowledged = acknowledged_before_the_kill(tmp_path, 1500, seconds=3)
    assert len(acknowledged) > 32
    store = await DiskStore.open(tmp_path)
    objects = dict(await store.facts.scan("objects", limit=1_000_000))
    assert set(acknowledged) <= set(objects)
    assert dict(await store.facts.scan("copies", limit=1_000_000)) == objects
    for key, value in objects.items():
        blob, size = value.decode().split()
        assert await store.blobs.read(blob, 0, 1_000_000) == shake_128(key).digest(int(size))
    assert list((tmp_path / "tmp").iterdir()) == []
    await store.close()
    with closing(sqlite3.connect(tmp_path / "facts.sqlite3")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]

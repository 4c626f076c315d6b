"""Blobs as files: `blobs/<first two digits>/<id>`; what comes in pieces is under `tmp/` until it is whole."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from functools import partial
from io import FileIO
from pathlib import Path
from weakref import WeakSet

from ci_emulator.core.ids import RandomIds
from ci_emulator.storage.base import CHUNK, BlobMissing
from ci_emulator.storage.file_threads import FileThreads, refusal_for
from ci_emulator.storage.ranges import part_of

_ID = re.compile(r"[0-9a-f]{32}")
_READ_AT_ONCE = 64 * 1024
_SHARDS = tuple(f"{number:02x}" for number in range(256))


def prepare_directories(root: Path) -> None:
    """Create `blobs/` and `tmp/`, and empty `tmp/`: what is left there was never acknowledged. Raises OSError.

    All 256 shards are made at once, so that no blob's durability depends on a directory that is not durable yet.
    """
    blobs, unfinished = root / "blobs", root / "tmp"
    blobs.mkdir(exist_ok=True)
    unfinished.mkdir(exist_ok=True)
    for shard in set(_SHARDS).difference(os.listdir(blobs)):  # noqa: PTH208 - the names are all we need
        (blobs / shard).mkdir()
    for leftover in unfinished.iterdir():
        leftover.unlink()
    sync_directory(blobs)
    sync_directory(root)


def sync_directory(path: Path) -> None:
    """Make the names in a directory durable: a rename alone may be lost with the power. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _finished_in(directory: Path) -> list[tuple[str, float]]:
    """Return the blobs in a directory, each with the time of its last write; what is no blob is not looked at."""
    found = []
    with os.scandir(directory) as entries:
        for entry in entries:
            if _ID.fullmatch(entry.name):
                with suppress(FileNotFoundError):  # removed since
                    found.append((entry.name, entry.stat(follow_symlinks=False).st_mtime))
    return found


def _unlink(paths: Sequence[Path]) -> None:
    """Remove files, all of them before a failure is raised."""
    failure: OSError | None = None
    for path in paths:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            failure = failure or error
    if failure is not None:
        raise failure


class DiskBlobs:
    """`Blobs` below a directory that `prepare_directories` has been over."""

    def __init__(self, root: Path, threads: FileThreads) -> None:
        self._root = root
        self._finished, self._unfinished = str(root / "blobs"), str(root / "tmp")
        self._threads = threads
        self._writers: WeakSet[_DiskWriter] = WeakSet()
        # Always random: ids that repeat in the next run would overwrite blobs that are in use.
        self._ids = RandomIds()

    async def create(self) -> _DiskWriter:
        """See `Blobs.create`; touches no file."""
        self._threads.check_open()
        blob = self._ids.token()
        writer = _DiskWriter(blob, f"{self._unfinished}/{blob}", self._path(blob), self._threads)
        self._writers.add(writer)
        return writer

    async def read(self, blob: str, start: int, length: int) -> bytes:
        """See `Blobs.read`.

        A short part is read on the event loop's own thread: from the page cache that takes about 20 µs, where a
        thread and back takes 120. What it costs is one access to a cold disk now and then.
        """
        self._threads.check_open()
        if length > _READ_AT_ONCE:
            return await self._threads.run(lambda: self._read(blob, start, length))
        try:
            return self._read(blob, start, length)
        except OSError as error:
            raise refusal_for(error) from error

    async def open(self, blob: str, start: int, length: int) -> _DiskReader:
        """See `Blobs.open`; the reader holds the file open, so a removed blob's bytes stay until it ends."""

        def job() -> _DiskReader:
            file = FileIO(self._open(blob))
            try:
                left = part_of(os.fstat(file.fileno()).st_size, start, length)
            except BaseException:
                file.close()
                raise
            return _DiskReader(file, start, start + left, self._threads)

        return await self._threads.run(job, undo=_DiskReader.close)

    async def remove(self, *blobs: str) -> None:
        """See `Blobs.remove`. Not synced: a file that comes back after a power cut is an orphan, no harm."""
        paths = [Path(self._path(blob)) for blob in blobs if _ID.fullmatch(blob)]
        if paths:
            await self._threads.run(partial(_unlink, paths))

    async def survey(self) -> AsyncIterator[Sequence[tuple[str, float]]]:
        """See `Blobs.survey`; a batch is what one directory holds, a 256th of all."""
        for shard in _SHARDS:
            found = await self._threads.run(partial(_finished_in, self._root / "blobs" / shard))
            in_the_making = {writer.blob for writer in self._writers if not writer.published}
            yield [(blob, finished) for blob, finished in found if blob not in in_the_making]

    async def close(self) -> None:
        """See `Blobs.close`."""
        await self._threads.close()
        for writer in tuple(self._writers):
            writer.close()

    def _path(self, blob: str) -> str:
        # Not a Path: joining one takes as long as opening the file.
        return f"{self._finished}/{blob[:2]}/{blob}"

    def _read(self, blob: str, start: int, length: int) -> bytes:
        file = self._open(blob)
        try:
            left = part_of(os.fstat(file).st_size, start, length)
            data = os.pread(file, left, start)
            # One pread gives at most 2 GiB.
            while len(data) < left and (more := os.pread(file, left - len(data), start + len(data))):
                data += more
            return data
        finally:
            os.close(file)

    def _open(self, blob: str) -> int:
        """Return a descriptor of a blob's file. Bare calls of the system: a small read is little else."""
        if not _ID.fullmatch(blob):
            raise BlobMissing(blob)
        try:
            return os.open(self._path(blob), os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            raise BlobMissing(blob) from None


class _DiskWriter:
    """Holds up to `CHUNK` bytes in memory, so that a small blob costs one job, at its commit."""

    def __init__(self, blob: str, unfinished: str, final: str, threads: FileThreads) -> None:
        self.blob = blob
        self.published = False
        self._unfinished = unfinished
        self._final = final
        self._threads = threads
        self._held: list[bytes] = []
        self._held_bytes = 0
        self._file: FileIO | None = None
        self._ended = False

    async def write(self, data: bytes) -> None:
        self._check()
        self._held.append(data)
        self._held_bytes += len(data)
        if self._held_bytes <= CHUNK:
            return
        try:
            await self._threads.run(partial(self._spill, self._unfinished))
        except BaseException:
            self._discard()
            raise

    async def commit(self) -> str:
        self._check()
        self._ended = True
        try:
            await self._threads.run(self._publish)
        except BaseException:
            self._discard()
            raise
        self.published = True
        return self.blob

    async def abort(self) -> None:
        if self._ended:
            return
        self._ended = True
        if self._file is None:
            self._held.clear()
        else:
            await self._threads.run(self._discard)

    def close(self) -> None:
        """Discard a writer that nobody ended; a commit that has begun sees to itself."""
        if not self._ended:
            self._discard()

    def _discard(self) -> None:
        """Remove every trace of a blob whose id nobody was given; no job of this writer may be running."""
        self._ended = True
        self._held.clear()
        if self._file is None:
            return
        # Nothing more can be done about a failing medium, and what stays in tmp/ goes at the next start.
        for step in (self._file.close, Path(self._unfinished).unlink, Path(self._final).unlink):
            with suppress(OSError):
                step()

    def _spill(self, path: str) -> FileIO:
        """Write what is held to the file, which is made at `path` if there is none yet, and return it."""
        if self._file is None:
            self._file = FileIO(path, "xb")
        rest = memoryview(b"".join(self._held))
        self._held.clear()
        self._held_bytes = 0
        while rest:
            rest = rest[os.write(self._file.fileno(), rest) :]
        return self._file

    def _publish(self) -> None:
        """Give the bytes their name, then make both durable.

        In this order a journalling file system writes its journal once, and what was held as a whole needs no other
        name before: in `tmp/` small blobs would stand in line. A crash in between may leave a name without all of
        its bytes: an orphan, because no fact names it before this has returned.
        """
        if self._file is None:
            file = self._spill(self._final)
        else:
            file = self._spill(self._unfinished)
            Path(self._unfinished).rename(self._final)
        os.fsync(file.fileno())
        file.close()
        sync_directory(Path(self._final).parent)

    def _check(self) -> None:
        self._threads.check_open()
        if self._ended:
            raise RuntimeError("the writer has ended")


class _DiskReader:
    def __init__(self, file: FileIO, start: int, end: int, threads: FileThreads) -> None:
        self._file = file
        self._next = start
        self._end = end
        self._threads = threads

    def __aiter__(self) -> _DiskReader:
        return self

    async def __anext__(self) -> bytes:
        wanted = min(CHUNK, self._end - self._next)
        if wanted <= 0:
            raise StopAsyncIteration
        chunk = await self._threads.run(lambda: os.pread(self._file.fileno(), wanted, self._next))
        if not chunk:
            raise StopAsyncIteration
        self._next += len(chunk)
        return chunk

    async def aclose(self) -> None:
        self.close()

    def close(self) -> None:
        """Close the file at once; a file that was only read has nothing to wait for."""
        self._end = 0
        self._file.close()

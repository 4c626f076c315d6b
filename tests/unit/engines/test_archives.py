"""Archives are listed out of pieces of them, and nothing in them gets anybody further than that."""

import itertools
import random
import subprocess
import tarfile
import time

import pytest
from drawn_archives import gz_of, rar_of, tar_of, zip_of
from hypothesis import given, settings
from hypothesis import strategies as st

from ci_emulator.engines import archives
from ci_emulator.engines.archive_model import Entry, Listed, NotListed, Piece, Wanted
from ci_emulator.engines.sparse_file import Absent, SparseFile

FILES = [("a.txt", b"first"), ("b/c.txt", b"second" * 1000)]
ARCHIVES = {"zip": zip_of(FILES), "tar": tar_of(FILES), "tar.gz": gz_of(tar_of(FILES)), "rar": rar_of(FILES)}


def look(data, *pieces, seconds=5.0):
    return archives.list_archive(len(data), pieces, seconds).result


def whole(data, **options):
    return look(data, Piece(0, data), **options)


@pytest.mark.parametrize("data", ARCHIVES.values(), ids=ARCHIVES)
def test_bytes_are_asked_for_until_there_are_enough(data):
    pieces = []
    for round_ in itertools.count():
        assert round_ < 8
        result = look(data, *pieces)
        if not isinstance(result, Wanted):
            break
        pieces.append(Piece(result.start, data[result.start : result.start + result.length]))
    assert result == whole(data)
    assert [(entry.name, entry.size) for entry in result.entries] == [
        (name, len(content)) for name, content in FILES
    ]


def test_of_a_zip_only_the_directory_is_asked_for():
    data = zip_of([("noise", random.Random(7).randbytes(500_000))])
    head, tail = Piece(0, data[:512]), Piece(len(data) - 100, data[-100:])
    assert isinstance(look(data, head, tail), Listed)
    longer = zip_of([("noise", random.Random(7).randbytes(500_000))], comment=b"c" * 500)
    end = len(longer) - 600
    directory = longer.index(b"PK\x01\x02")
    result = look(longer, head, Piece(end, longer[end:]))
    assert isinstance(result, Wanted)
    assert len(longer) - 66_000 < result.start <= directory


@pytest.mark.parametrize("data", ARCHIVES.values(), ids=ARCHIVES)
def test_time_runs_out(data):
    result = whole(data, seconds=-1.0)
    # A ZIP has its directory at hand and is never waited for.
    assert isinstance(result, Listed) if data == ARCHIVES["zip"] else result == NotListed("time")


def test_a_format_without_a_directory_must_be_small():
    head = tar_of(FILES)[:512]
    size = archives.LARGEST_WHOLE
    assert archives.list_archive(size, (Piece(0, head),), 5.0).result == NotListed("size", "tar")
    assert archives.list_archive(size - 1, (Piece(0, head),), 5.0).result == Wanted(0, size - 1)


def test_a_directory_that_is_said_to_be_huge():
    data = zip_of(FILES)
    directory = data.index(b"PK\x05\x06") + 12
    lying = data[:directory] + b"\xff\xff\xff\x7f" + data[directory + 4 :]
    assert isinstance(whole(lying), NotListed)


def test_members_that_hold_headers_which_hold_headers():
    member = tarfile.TarInfo("x")
    member.type = tarfile.GNUTYPE_LONGNAME
    assert whole(member.tobuf() * 5000) == NotListed("unreadable")


def test_a_volume_that_wants_another_one_opens_no_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    opened = []
    monkeypatch.setattr("builtins.open", lambda *arguments, **_: opened.append(arguments))
    monkeypatch.setattr(subprocess, "Popen", lambda *arguments, **_: opened.append(arguments))
    assert isinstance(whole(rar_of(FILES, first_volume=True)), Listed)
    assert opened == []


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(ARCHIVES)), st.data())
def test_damage_never_raises_and_never_takes_long(name, drawn):
    data = bytearray(ARCHIVES[name])
    for _ in range(drawn.draw(st.integers(1, 4))):
        data[drawn.draw(st.integers(0, len(data) - 1))] = drawn.draw(st.integers(0, 255))
    begun = time.monotonic()
    result = whole(bytes(data[: drawn.draw(st.integers(0, len(data)))]))
    assert isinstance(result, Listed | NotListed | Wanted)
    assert time.monotonic() - begun < 2


def test_a_time_that_is_none():
    member = tarfile.TarInfo("x")
    member.mtime = 2**60
    (entry,) = whole(member.tobuf(tarfile.GNU_FORMAT) + bytes(1024)).entries
    assert entry == Entry("x", 0, None)


def test_reading_where_nothing_is_at_hand():
    file = SparseFile(10, [Piece(2, b"cdef")])
    assert file.seek(2) == 2
    assert file.read(3) == b"cde"
    assert file.tell() == 5
    with pytest.raises(Absent):
        file.read()
    assert file.wanted == (5, 5)
    assert file.seek(-1, 2) == 9
    assert file.seek(1, 1) == 10
    assert file.read(5) == b""
    with pytest.raises(OSError, match="before"):
        file.seek(-1)

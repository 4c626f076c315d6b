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


def tar_header(kind, size, content=b"", mtime=0):
    """A header of any size, even a negative one, and what follows it."""
    member = tarfile.TarInfo("x")
    member.type, member.mtime = kind, mtime
    head = bytearray(member.tobuf(tarfile.GNU_FORMAT))
    head[124:136] = size.to_bytes(12, "big", signed=True) if size < 0 else b"%011o\0" % size
    if size < 0:
        head[124] = 0xFF
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    return bytes(head) + content + bytes(-len(content) % 512)


EXTENSIONS = [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME]


@pytest.mark.parametrize("kind", EXTENSIONS)
@pytest.mark.parametrize("pack", [bytes, gz_of], ids=["tar", "tar.gz"])
def test_long_extensions_are_not_looked_at(kind, pack):
    """tarfile searches them for numbers, in time that grows with the square of their length."""
    data = pack(tar_header(kind, 900_000, b"1" * 900_000) + tar_of(FILES))
    begun = time.monotonic()
    assert whole(data) == NotListed("unreadable")
    assert time.monotonic() - begun < 0.5


def test_many_extensions_end_when_the_time_is_up():
    name = tar_header(tarfile.XHDTYPE, 8192, b"1" * 8192)
    begun = time.monotonic()
    assert whole(name * 200, seconds=0.5) == NotListed("time")
    assert time.monotonic() - begun < 3


def test_names_as_long_as_any_are_listed():
    for format_ in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT):
        long = "folder/" * 1000 + "文.txt"
        (entry,) = whole(tar_of([(long, b"text")], format=format_)).entries
        assert (entry.name, entry.size) == (long, 4)


def test_extensions_that_go_on_and_on():
    sparse = bytearray(tar_header(tarfile.GNUTYPE_SPARSE, 0))
    sparse[482] = 1  # more of the map follows
    sparse[148:156] = b" " * 8
    sparse[148:156] = b"%06o\0 " % sum(sparse)
    more = bytearray(512)
    more[504] = 1
    assert whole(bytes(sparse) + bytes(more) * 20_000) == NotListed("entries")


def test_packed_nothing_ends_when_the_time_is_up():
    data = gz_of(tar_of(FILES)[:1024]) + gz_of(b"") * 800_000
    begun = time.monotonic()
    assert whole(data, seconds=0.3) == NotListed("time")
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize("kind", [tarfile.REGTYPE, tarfile.GNUTYPE_SPARSE, b"X", *EXTENSIONS])
@pytest.mark.parametrize("before", [b"", tar_of(FILES[:1])[:1024]], ids=["first", "second"])
def test_a_negative_size(kind, before):
    assert whole(before + tar_header(kind, -512) + bytes(2048)) == NotListed("unreadable")


@pytest.mark.parametrize("size", ["-5", "9" * 40])
def test_a_size_that_no_file_has(size):
    member = tarfile.TarInfo("x")
    member.pax_headers = {"GNU.sparse.realsize": size}
    data = member.tobuf(tarfile.PAX_FORMAT) + bytes(1024)
    assert whole(data) == NotListed("unreadable")


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

"""`ci_file_zip_preview` of cos-python-sdk-v5: what is in an archive, and what is none (document 436/93032)."""

import hashlib
import io
import tarfile
import time

import pytest
from drawn_archives import gz_of, rar_of, tar_of, zip_in, zip_of
from sdk_clients import HOST, SAMPLES, STRANGER, error_of, refused, through_proxy

TIME = "2021-11-21T12:30:42+0000"
FILES = [("test1.jpg", b"a" * 46743), ("folder/文件 & 名.txt", b"text"), ("empty", b"")]
SHOWN = [{"Key": name, "LastModified": TIME, "UncompressedSize": str(len(data))} for name, data in FILES]
#: It does not pack, so that archives of it are as large as they look.
NOISE = b"".join(hashlib.sha512(b"%d" % number).digest() for number in range(60_000))


def preview(cos, bucket, archive, key="archive", **options):
    cos.put_object(Bucket=bucket, Key=key, Body=archive)
    return cos.ci_file_zip_preview(Bucket=bucket, Key=key, **options)


@pytest.mark.parametrize(
    "archive",
    [
        zip_of(FILES),
        zip_of(FILES, comment=b"c" * 65535),
        b"#!/bin/sh\n" + zip_of(FILES),
        tar_of(FILES),
        tar_of(FILES, format=tarfile.GNU_FORMAT),
        gz_of(tar_of(FILES)),
        rar_of(FILES),
    ],
    ids=["zip", "zip-with-a-comment", "zip-behind-a-program", "tar", "gnu-tar", "tar-gz", "rar"],
)
def test_what_is_in_an_archive(cos, bucket, archive):
    assert preview(cos, bucket, archive) == {"FileNumber": "3", "Contents": SHOWN}


@pytest.mark.parametrize("pack", [zip_of, tar_of, rar_of])
def test_large_archives_are_read_where_their_headers_are(cos, bucket, pack):
    files = [(f"file-{number}", NOISE) for number in range(3)]
    found = preview(cos, bucket, pack(files))
    assert [entry["UncompressedSize"] for entry in found["Contents"]] == [str(len(NOISE))] * 3


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_a_zip_that_does_not_tell_the_encoding_of_its_names(cos, bucket, encoding):
    assert preview(cos, bucket, zip_in(encoding, "中文名.txt"))["Contents"]["Key"] == "中文名.txt"


def test_a_tar_with_names_in_gbk(cos, bucket):
    archive = tar_of([("中文名.txt", b"")], format=tarfile.GNU_FORMAT, encoding="gbk")
    assert preview(cos, bucket, archive)["Contents"]["Key"] == "中文名.txt"


def test_folders_end_with_a_slash(cos, bucket):
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        folder = tarfile.TarInfo("folder")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
    for archive in (made.getvalue(), zip_of([("folder/", b"")])):
        found = preview(cos, bucket, archive)
        assert (found["FileNumber"], found["Contents"]["Key"]) == ("1", "folder/")
        assert found["Contents"]["UncompressedSize"] == "0"


def test_a_single_file_in_a_gz(cos, bucket):
    found = preview(cos, bucket, gz_of(b"text" * 1000, "letter.txt"))
    expected = {"Key": "letter.txt", "LastModified": TIME, "UncompressedSize": "4000"}
    assert found == {"FileNumber": "1", "Contents": expected}
    found = preview(cos, bucket, gz_of(b"text"), "folder/letter.txt.gz")
    assert found["Contents"] == {"Key": "letter.txt", "LastModified": None, "UncompressedSize": "4"}


@pytest.mark.parametrize("mtime", ["1e15", "-1e12", "nan"])
def test_a_time_that_no_calendar_has(cos, bucket, mtime):
    member = tarfile.TarInfo("letter.txt")
    member.pax_headers = {"mtime": mtime}
    found = preview(cos, bucket, member.tobuf(tarfile.PAX_FORMAT) + bytes(1024))
    assert found["Contents"] == {"Key": "letter.txt", "LastModified": None, "UncompressedSize": "0"}


def test_archives_of_nothing(cos, bucket):
    for archive in (zip_of([]), tar_of([]), gz_of(tar_of([]))):
        assert preview(cos, bucket, archive) == {"FileNumber": "0"}


def test_a_thousand_files_are_too_many(cos, bucket):
    files = [(f"{number}.txt", b"") for number in range(1000)]
    for pack in (zip_of, tar_of, rar_of, lambda these: gz_of(tar_of(these))):
        assert preview(cos, bucket, pack(files[1:]))["FileNumber"] == "999"
        with refused("ResourceNotSupported", 400, f"{HOST.replace(SAMPLES, bucket)}/archive") as seen:
            preview(cos, bucket, pack(files))
        assert "1000" in seen.error.get_error_msg()


ZIP = zip_of(FILES)
BAD = {
    "nothing": b"",
    "text": b"This is a text and no archive." * 100,
    "zip-without-its-end": ZIP[:-30],
    "zip-without-its-directory": ZIP.replace(b"PK\x01\x02", b"PK\x00\x00"),
    "zip-whose-directory-lies-far-away": ZIP[:-10] + b"\xf0" * 4 + ZIP[-6:],
    "rar-cut-off": rar_of(FILES)[:-200],
    "gz-cut-off": gz_of(tar_of([("noise", NOISE[:200_000])]))[:100_000],
    "gz-of-noise": b"\x1f\x8b\x08\x00" + b"\xff" * 600,
    "tar-cut-off": tar_of([("a", b"x" * 2000), ("b", b"")])[:1400],
}


@pytest.mark.parametrize("archive", BAD.values(), ids=BAD)
def test_what_is_no_archive_or_damaged(cos, bucket, archive):
    with refused("ResourceNotSupported", 400):
        preview(cos, bucket, archive)
    # The next one is listed all the same.
    assert preview(cos, bucket, ZIP)["FileNumber"] == "3"


@pytest.mark.parametrize(
    ("archive", "named"),
    [
        (b"7z\xbc\xaf\x27\x1c\x00\x04" + bytes(100), "7z"),
        (b"\xfd7zXZ\x00" + bytes(100), "xz"),
        (rar_of([], encrypted=True), "encrypted"),
    ],
)
def test_what_is_not_listed_here_is_named(cos, bucket, archive, named):
    with refused("NotImplemented", 501) as seen:
        preview(cos, bucket, archive)
    assert named in seen.error.get_error_msg()


def test_bombs_end_soon_and_hurt_nobody(cos, bucket):
    # The header promises 8 GiB of zeros in one member; they are there, packed a thousand to one.
    huge = tarfile.TarInfo("zeros")
    huge.size = 8 * 1024**3
    head = gz_of(huge.tobuf())
    zeros = gz_of(bytes(64 * 1024**2))
    begun = time.monotonic()
    with refused("ResourceNotSupported", 400):
        preview(cos, bucket, head + zeros * 40)
    # An extended header of 900 MB, which tarfile would hold in memory.
    extended = tarfile.TarInfo("././@PaxHeader")
    extended.type, extended.size = tarfile.XHDTYPE, 900 * 1024**2
    with refused("ResourceNotSupported", 400):
        preview(cos, bucket, gz_of(extended.tobuf()) + zeros * 16)
    assert time.monotonic() - begun < 14
    assert preview(cos, bucket, ZIP)["FileNumber"] == "3"


def test_links_versions_archived_and_missing_objects(cos, bucket):
    cos.put_bucket_versioning(Bucket=bucket, Status="Enabled")
    first = cos.put_object(Bucket=bucket, Key="archive", Body=zip_of(FILES[:1]))["x-cos-version-id"]
    assert preview(cos, bucket, ZIP)["FileNumber"] == "3"
    old = cos.ci_process(bucket, "archive", "zippreview", Params={"versionId": first})
    assert old["FileNumber"] == "1"
    cos.put_symlink(Bucket=bucket, SymlinkName="link", SymlinkTarget="archive")
    assert cos.ci_file_zip_preview(Bucket=bucket, Key="link")["FileNumber"] == "3"
    with refused("InvalidObjectState", 403):
        cos.put_object(Bucket=bucket, Key="cold", Body=ZIP, StorageClass="ARCHIVE")
        cos.ci_file_zip_preview(Bucket=bucket, Key="cold")
    with refused("NoSuchKey", 404):
        cos.ci_file_zip_preview(Bucket=bucket, Key="absent")
    cos.delete_object(Bucket=bucket, Key="archive")
    with refused("NoSuchKey", 404):
        cos.ci_file_zip_preview(Bucket=bucket, Key="archive")


def test_who_may_ask(cos, make_cos, emulator, bucket):
    cos.put_object(Bucket=bucket, Key="archive", Body=ZIP)
    stranger = make_cos(STRANGER)
    with refused("AccessDenied", 403):
        stranger.ci_file_zip_preview(Bucket=bucket, Key="archive")
    cos.put_object_acl(Bucket=bucket, Key="archive", ACL="public-read")
    assert stranger.ci_file_zip_preview(Bucket=bucket, Key="archive")["FileNumber"] == "3"
    url = f"http://{HOST.replace(SAMPLES, bucket)}/archive"
    assert through_proxy(emulator, "GET", url).content == ZIP
    answer = through_proxy(emulator, "GET", f"{url}?ci-process=zippreview")
    assert error_of(answer)[:2] == (403, "AccessDenied")


def test_the_answer_byte_for_byte(cos, bucket):
    cos.put_object(Bucket=bucket, Key="archive", Body=zip_of(FILES[:1]))
    sent, found = cos.ci_process(bucket, "archive", "zippreview", NeedHeader=True)
    assert sent["Content-Type"] == "application/xml"
    body = (
        "<Response><FileNumber>1</FileNumber><Contents><Key>test1.jpg</Key>"
        f"<LastModified>{TIME}</LastModified><UncompressedSize>46743</UncompressedSize></Contents></Response>"
    )
    assert int(sent["Content-Length"]) == len(body)
    assert found == {"FileNumber": "1", "Contents": SHOWN[0]}

"""Multipart uploads through oss2 (oss: InitiateMultipartUpload and the like)."""

import io
import xml.etree.ElementTree as ET
from urllib.parse import unquote

import oss2
import pytest
from fastcrc import crc64
from oss2.models import PartInfo
from oss_clients import oss_error_of, oss_refused, oss_send

KB = 1024
FIRST, LAST = b"a" * (100 * KB), b"last"
LARGE = bytes(range(256)) * 4 * 700  # 700 KB


def _part(client, key, upload, number, data):
    sent = client.upload_part(key, upload, number, data)
    return PartInfo(number, sent.etag, size=len(data), part_crc=sent.crc)


def test_parts_become_an_object(oss_bucket):
    headers = {
        "Content-Type": "image/png",
        "x-oss-meta-a": "1",
        "x-oss-storage-class": "IA",
        "x-oss-tagging": "t=1",
        "x-oss-object-acl": "private",
        "x-oss-server-side-encryption": "AES256",
    }
    begun = oss_bucket.init_multipart_upload("目录/k", headers=headers)
    assert begun.headers["x-oss-server-side-encryption"] == "AES256"
    upload = begun.upload_id
    # Numbers may leave some out, and the parts come in any order.
    parts = [_part(oss_bucket, "目录/k", upload, 7, LAST), _part(oss_bucket, "目录/k", upload, 3, FIRST)]
    done = oss_bucket.complete_multipart_upload("目录/k", upload, parts)
    assert done.crc == crc64.xz(FIRST + LAST)
    head = oss_bucket.head_object("目录/k")
    assert oss_bucket.get_object("目录/k").read() == FIRST + LAST
    assert head.etag == done.etag
    assert head.etag.endswith("-2")
    assert head.object_type == "Multipart"
    assert (head.headers["Content-Type"], head.headers["x-oss-meta-a"]) == ("image/png", "1")
    assert head.headers["x-oss-storage-class"] == "IA"
    assert "Content-MD5" not in head.headers
    assert oss_bucket.get_object_tagging("目录/k").tag_set.tagging_rule == {"t": "1"}
    assert oss_bucket.get_object_acl("目录/k").acl == "private"
    with oss_refused("NoSuchUpload", 404):
        oss_bucket.list_parts("目录/k", upload)


def test_all_parts_can_be_completed_without_a_list(emulator, oss_bucket):
    upload = oss_bucket.init_multipart_upload("k").upload_id
    _part(oss_bucket, "k", upload, 9, LAST)
    _part(oss_bucket, "k", upload, 2, FIRST)
    done = oss_bucket.complete_multipart_upload("k", upload, None, headers={"x-oss-complete-all": "yes"})
    assert done.status == 200
    assert oss_bucket.get_object("k").read() == FIRST + LAST


@pytest.mark.parametrize(
    ("headers", "body", "code"),
    [
        ({"x-oss-complete-all": "no"}, b"", "InvalidArgument"),
        ({"x-oss-complete-all": "yes"}, b"<CompleteMultipartUpload/>", "InvalidArgument"),
        ({}, b"", "MalformedXML"),
        ({}, b"<CompleteMultipartUpload/>", "MalformedXML"),
        ({}, b"<CompleteMultipartUpload><Part/></CompleteMultipartUpload>", "MalformedXML"),
        (
            {},
            b"<CompleteMultipartUpload><Part><PartNumber>x</PartNumber><ETag>y</ETag></Part>"
            b"</CompleteMultipartUpload>",
            "MalformedXML",
        ),
        ({"Content-MD5": "AAAAAAAAAAAAAAAAAAAAAA=="}, b"<CompleteMultipartUpload/>", "InvalidDigest"),
    ],
)
def test_completions_that_cannot_be_read(emulator, oss_bucket, headers, body, code):
    upload = oss_bucket.init_multipart_upload("k").upload_id
    part = _part(oss_bucket, "k", upload, 1, LAST)
    name = oss_bucket.bucket_name
    answer = oss_send(emulator, "POST", name, "k", params={"uploadId": upload}, headers=headers, data=body)
    assert answer.status_code == 400
    assert oss_error_of(answer)["Code"] == code
    assert not oss_bucket.object_exists("k")
    oss_bucket.complete_multipart_upload("k", upload, [part])


def test_completions_that_do_not_fit_the_parts(oss_bucket):
    upload = oss_bucket.init_multipart_upload("k").upload_id
    small = _part(oss_bucket, "k", upload, 1, FIRST[:-1])
    last = _part(oss_bucket, "k", upload, 2, LAST)
    for parts, code in (
        ([small, last], "EntityTooSmall"),
        ([small, PartInfo(2, "0" * 32)], "InvalidPart"),
        ([small, PartInfo(3, last.etag)], "InvalidPart"),
    ):
        with oss_refused(code, 400):
            oss_bucket.complete_multipart_upload("k", upload, parts)
    assert not oss_bucket.object_exists("k")
    first = _part(oss_bucket, "k", upload, 1, FIRST)
    oss_bucket.complete_multipart_upload("k", upload, [first, last])
    assert oss_bucket.get_object("k").read() == FIRST + LAST


def test_parts_out_of_order(emulator, oss_bucket):
    upload = oss_bucket.init_multipart_upload("k").upload_id
    parts = [_part(oss_bucket, "k", upload, number, FIRST) for number in (2, 1)]
    body = "".join(
        f"<Part><PartNumber>{part.part_number}</PartNumber><ETag>{part.etag}</ETag></Part>" for part in parts
    )
    answer = oss_send(
        emulator,
        "POST",
        oss_bucket.bucket_name,
        "k",
        params={"uploadId": upload},
        data=f"<CompleteMultipartUpload>{body}</CompleteMultipartUpload>".encode(),
    )
    assert (answer.status_code, oss_error_of(answer)["Code"]) == (400, "InvalidPartOrder")


@pytest.mark.parametrize("number", [0, 10_001, "x"])
def test_bad_part_numbers(oss_bucket, number):
    upload = oss_bucket.init_multipart_upload("k").upload_id
    with oss_refused("InvalidArgument", 400):
        oss_bucket.upload_part("k", upload, number, LAST)
    assert not oss_bucket.list_parts("k", upload).parts


def test_a_wrong_digest_stores_no_part(oss_bucket):
    upload = oss_bucket.init_multipart_upload("k").upload_id
    with oss_refused("InvalidDigest", 400):
        oss_bucket.upload_part("k", upload, 1, LAST, headers={"Content-MD5": "AAAAAAAAAAAAAAAAAAAAAA=="})
    assert not oss_bucket.list_parts("k", upload).parts


def test_uploads_that_do_not_exist(oss_bucket):
    for call in (
        lambda: oss_bucket.upload_part("k", "no-such", 1, LAST),
        lambda: oss_bucket.upload_part_copy(oss_bucket.bucket_name, "k", (0, 1), "k", "no-such", 1),
        lambda: oss_bucket.list_parts("k", "no-such"),
        lambda: oss_bucket.abort_multipart_upload("k", "no-such"),
        lambda: oss_bucket.complete_multipart_upload("k", "no-such", [PartInfo(1, "0" * 32)]),
        lambda: oss_bucket.complete_multipart_upload(
            "k", "no-such", None, headers={"x-oss-complete-all": "yes"}
        ),
    ):
        with oss_refused("NoSuchUpload", 404):
            call()


def test_a_part_without_an_upload_is_no_object(emulator, oss_bucket):
    answer = oss_send(emulator, "PUT", oss_bucket.bucket_name, "k", params={"partNumber": "1"}, data=b"part")
    assert (answer.status_code, oss_error_of(answer)["Code"]) == (400, "InvalidArgument")
    assert not oss_bucket.object_exists("k")


def test_abort_drops_everything(oss_bucket):
    upload = oss_bucket.init_multipart_upload("k").upload_id
    _part(oss_bucket, "k", upload, 1, LAST)
    assert oss_bucket.abort_multipart_upload("k", upload).status == 204
    assert not oss_bucket.list_multipart_uploads().upload_list
    with oss_refused("NoSuchUpload", 404):
        oss_bucket.upload_part("k", upload, 2, LAST)


def test_parts_are_listed_in_pages(oss_bucket):
    upload = oss_bucket.init_multipart_upload("a b/目").upload_id
    sent = [_part(oss_bucket, "a b/目", upload, number, b"x" * number) for number in (1, 4, 9)]
    found = list(oss2.PartIterator(oss_bucket, "a b/目", upload, max_parts=2))
    assert [(part.part_number, part.etag, part.size) for part in found] == [
        (part.part_number, part.etag, part.size) for part in sent
    ]
    page = oss_bucket.list_parts("a b/目", upload, max_parts=2)
    assert (page.is_truncated, page.next_marker) == (True, "4")
    with oss_refused("InvalidArgument", 400):
        oss_bucket.list_parts("a b/目", upload, max_parts=1001)


def test_uploads_of_keys_that_xml_cannot_hold(emulator, oss_bucket):
    keys = ["a", "b\x01", "c\uffff", "d"]
    for key in keys:
        oss_bucket.init_multipart_upload(key)
    params, found = {}, []
    for _ in keys:
        asked = {"uploads": "", "max-uploads": "1", **params}
        answer = oss_send(emulator, "GET", oss_bucket.bucket_name, params=asked)
        root = ET.fromstring(answer.content)
        read = unquote if root.findtext("EncodingType") == "url" else str
        found.append(read(root.findtext("Upload/Key")))
        params = {
            "key-marker": read(root.findtext("NextKeyMarker")),
            "upload-id-marker": root.findtext("NextUploadIdMarker"),
        }
    assert found == keys
    assert root.findtext("IsTruncated") == "false"


def test_uploads_are_listed_in_pages(oss_bucket):
    keys = ["a/1", "a/2", "b&c", "b&c", "目"]
    begun = {(key, oss_bucket.init_multipart_upload(key).upload_id) for key in keys}
    found = list(oss2.MultipartUploadIterator(oss_bucket, max_uploads=2))
    assert {(upload.key, upload.upload_id) for upload in found} == begun
    assert [upload.key for upload in found] == keys
    folded = oss_bucket.list_multipart_uploads(delimiter="/")
    assert folded.prefix_list == ["a/"]
    assert [upload.key for upload in folded.upload_list] == keys[2:]
    assert [u.key for u in oss_bucket.list_multipart_uploads(prefix="a/").upload_list] == keys[:2]
    assert [u.upload_id for u in oss2.ObjectUploadIterator(oss_bucket, "b&c", max_uploads=1)] == sorted(
        upload for key, upload in begun if key == "b&c"
    )
    with oss_refused("InvalidArgument", 400):
        oss_bucket.list_multipart_uploads(max_uploads=1001)


@pytest.mark.parametrize("when", ["begin", "complete"])
def test_overwriting_can_be_forbidden(oss_bucket, when):
    oss_bucket.put_object("k", b"there")
    forbid = {"x-oss-forbid-overwrite": "true"}
    with oss_refused("FileAlreadyExists", 409):
        upload = oss_bucket.init_multipart_upload("k", headers=forbid if when == "begin" else None).upload_id
        part = _part(oss_bucket, "k", upload, 1, LAST)
        oss_bucket.complete_multipart_upload("k", upload, [part], headers=forbid)
    assert oss_bucket.get_object("k").read() == b"there"
    assert len(oss_bucket.list_multipart_uploads().upload_list) == (0 if when == "begin" else 1)


def test_an_upload_is_checked_when_it_begins(oss_bucket):
    for headers in ({"x-oss-storage-class": "x"}, {"x-oss-object-acl": "x"}, {"x-oss-tagging": "=1"}):
        with oss_refused("InvalidArgument", 400):
            oss_bucket.init_multipart_upload("k", headers=headers)
    with oss_refused("InvalidObjectName", 400):
        oss_bucket.init_multipart_upload("k" * 1024)
    assert not oss_bucket.list_multipart_uploads().upload_list


def test_parts_are_copied(oss_bucket):
    source = oss_bucket.put_object("源 1", LARGE)
    name, upload = oss_bucket.bucket_name, oss_bucket.init_multipart_upload("k").upload_id
    parts = []
    for number, byte_range in ((1, (0, 102_399)), (2, (200_000, None)), (3, None)):
        copied = oss_bucket.upload_part_copy(name, "源 1", byte_range, "k", upload, number)
        parts.append(PartInfo(number, copied.etag))
    oss_bucket.complete_multipart_upload("k", upload, parts)
    assert oss_bucket.get_object("k").read() == LARGE[:102_400] + LARGE[200_000:] + LARGE
    assert source.etag != oss_bucket.head_object("k").etag


def test_copied_parts_that_are_refused(oss_bucket):
    put = oss_bucket.put_object("源", LARGE)
    name, upload = oss_bucket.bucket_name, oss_bucket.init_multipart_upload("k").upload_id

    def copy(byte_range=None, headers=None, source="源"):
        return oss_bucket.upload_part_copy(name, source, byte_range, "k", upload, 1, headers=headers)

    with oss_refused("InvalidRange", 416):
        copy((0, len(LARGE)))
    with oss_refused("InvalidRange", 416):
        copy((len(LARGE), None))
    with oss_refused("NoSuchKey", 404):
        copy(source="missing")
    with oss_refused("PreconditionFailed", 412):
        copy(headers={"x-oss-copy-source-if-match": "0"})
    with pytest.raises(oss2.exceptions.NotModified):
        copy(headers={"x-oss-copy-source-if-none-match": put.etag})
    assert not oss_bucket.list_parts("k", upload).parts


def test_resumable_upload_and_download(oss_bucket, tmp_path):
    source, copy = tmp_path / "a.bin", tmp_path / "b.bin"
    source.write_bytes(LARGE)
    store = oss2.ResumableStore(root=str(tmp_path / "up"))
    done = oss2.resumable_upload(
        oss_bucket,
        "k",
        str(source),
        store=store,
        multipart_threshold=100 * KB,
        part_size=128 * KB,
        num_threads=2,
    )
    assert done.etag.endswith("-6")
    assert oss_bucket.head_object("k").server_crc == crc64.xz(LARGE)
    oss2.resumable_download(
        oss_bucket,
        "k",
        str(copy),
        store=oss2.ResumableDownloadStore(root=str(tmp_path / "down")),
        multiget_threshold=100 * KB,
        part_size=100 * KB,
        num_threads=2,
    )
    assert copy.read_bytes() == LARGE


def test_an_upload_is_resumed(oss_bucket, tmp_path, monkeypatch):
    source = tmp_path / "a.bin"
    source.write_bytes(LARGE)
    settings = {
        "store": oss2.ResumableStore(root=str(tmp_path / "up")),
        "multipart_threshold": 100 * KB,
        "part_size": 100 * KB,
        "num_threads": 1,
    }
    real, sent = oss_bucket.upload_part, []

    def upload_part(key, upload, number, *arguments, **options):
        if number == 4 and not any(n == 4 for n in sent):
            sent.append(number)
            raise ConnectionError("lost")
        sent.append(number)
        return real(key, upload, number, *arguments, **options)

    monkeypatch.setattr(oss_bucket, "upload_part", upload_part)
    with pytest.raises(ConnectionError):
        oss2.resumable_upload(oss_bucket, "k", str(source), **settings)
    assert not oss_bucket.object_exists("k")
    oss2.resumable_upload(oss_bucket, "k", str(source), **settings)
    assert sent == [1, 2, 3, 4, 4, 5, 6, 7]
    assert oss_bucket.get_object("k").read() == LARGE


def test_a_part_can_come_from_a_stream(oss_bucket):
    upload = oss_bucket.init_multipart_upload("k").upload_id
    data = oss2.SizedFileAdapter(io.BytesIO(LARGE), 100 * KB)
    sent = oss_bucket.upload_part("k", upload, 1, data)
    assert sent.crc == crc64.xz(LARGE[: 100 * KB])

"""Objects through alibabacloud_oss_v2 (aliyun.md section 4)."""

import io
import uuid

import alibabacloud_oss_v2 as oss
import pytest
from fastcrc import crc64
from oss_clients import oss_refused

TEN = b"0123456789"
KB = 1024
LARGE = bytes(range(256)) * 4 * 700  # 700 KB


@pytest.fixture
def client(make_oss_v2):
    return make_oss_v2()


@pytest.fixture
def name(oss_bucket):
    return oss_bucket.bucket_name


def _put(client, name, key="k", body=TEN, **options):
    return client.put_object(oss.PutObjectRequest(bucket=name, key=key, body=body, **options))


def _read(client, name, key="k", **options):
    with client.get_object(oss.GetObjectRequest(bucket=name, key=key, **options)).body as body:
        return body.read()


@pytest.mark.parametrize("version", ["v1", "v4"])
def test_there_and_back(make_oss_v2, name, version):
    client = make_oss_v2(version=version)
    put = _put(
        client,
        name,
        "目录/a b+c",
        content_type="image/png",
        metadata={"author": "someone"},
        storage_class="IA",
        tagging="a=1",
        acl="public-read",
        cache_control="no-cache",
    )
    got = client.get_object(oss.GetObjectRequest(bucket=name, key="目录/a b+c"))
    assert got.body.content == TEN
    head = client.head_object(oss.HeadObjectRequest(bucket=name, key="目录/a b+c"))
    for seen in (got, head):
        assert (seen.etag, seen.content_length) == (put.etag, 10)
        assert (seen.content_type, seen.metadata) == ("image/png", {"author": "someone"})
        assert (seen.storage_class, seen.object_type, seen.tagging_count) == ("IA", "Normal", 1)
        assert seen.cache_control == "no-cache"
        assert seen.content_md5 == put.content_md5
        assert seen.hash_crc64 == put.hash_crc64 == str(crc64.xz(TEN))
    meta = client.get_object_meta(oss.GetObjectMetaRequest(bucket=name, key="目录/a b+c"))
    assert (meta.etag, meta.content_length, meta.last_modified) == (put.etag, 10, head.last_modified)


def test_parts_of_an_object(client, name):
    _put(client, name, body=LARGE)
    assert _read(client, name, range_header="bytes=10-19") == LARGE[10:20]
    assert _read(client, name, range_header=f"bytes=0-{len(LARGE)}", range_behavior="standard") == LARGE
    with oss_refused("InvalidRange", 416):
        _read(client, name, range_header=f"bytes={len(LARGE)}-", range_behavior="standard")


def test_whether_there_is_something(client, name):
    _put(client, name)
    assert client.is_object_exist(name, "k")
    assert not client.is_object_exist(name, "other")
    with oss_refused("NoSuchBucket", 404):
        client.is_object_exist(f"none-{uuid.uuid4().hex}", "k")


def test_conditions(client, name):
    etag = _put(client, name).etag
    assert _read(client, name, if_match=etag) == TEN
    with oss_refused("PreconditionFailed", 412):
        _read(client, name, if_none_match=None, if_match='"0"')
    with pytest.raises(oss.exceptions.OperationError) as raised:
        _read(client, name, if_none_match=etag)
    assert raised.value.unwrap().status_code == 304


def test_errors_of_head_are_read_out_of_their_header(client, name):
    with oss_refused("NoSuchKey", 404):
        client.head_object(oss.HeadObjectRequest(bucket=name, key="no"))


def test_delete(client, name):
    for key in ("a", "b c", "目"):
        _put(client, name, key)
    assert client.delete_object(oss.DeleteObjectRequest(bucket=name, key="a")).status_code == 204
    deleted = client.delete_multiple_objects(
        oss.DeleteMultipleObjectsRequest(
            bucket=name,
            encoding_type="url",
            objects=[oss.DeleteObject(key="b c"), oss.DeleteObject(key="目")],
        )
    )
    assert [found.key for found in deleted.deleted_objects] == ["b c", "目"]
    _put(client, name, "q")
    quiet = client.delete_multiple_objects(
        oss.DeleteMultipleObjectsRequest(bucket=name, quiet=True, objects=[oss.DeleteObject(key="q")])
    )
    assert quiet.deleted_objects is None
    assert not client.is_object_exist(name, "q")


def test_copy(client, name):
    _put(client, name, "源 1", metadata={"a": "1"}, content_type="image/png")
    copied = client.copy_object(
        oss.CopyObjectRequest(bucket=name, key="copy", source_bucket=name, source_key="源 1")
    )
    head = client.head_object(oss.HeadObjectRequest(bucket=name, key="copy"))
    assert (head.etag, head.metadata, head.content_type) == (copied.etag, {"a": "1"}, "image/png")
    assert abs((copied.last_modified - head.last_modified).total_seconds()) < 1
    with oss_refused("NoSuchKey", 404):
        client.copy_object(oss.CopyObjectRequest(bucket=name, key="copy", source_key="no"))


def test_append(client, name):
    first = client.append_object(oss.AppendObjectRequest(bucket=name, key="k", position=0, body=b"one,"))
    assert first.next_position == 4
    second = client.append_object(
        oss.AppendObjectRequest(
            bucket=name, key="k", position=4, body=b"two", init_hash_crc64=first.hash_crc64
        )
    )
    assert (second.next_position, second.hash_crc64) == (7, str(crc64.xz(b"one,two")))
    with oss_refused("PositionNotEqualToLength", 409):
        client.append_object(oss.AppendObjectRequest(bucket=name, key="k", position=1, body=b"x"))
    with client.append_file(bucket=name, key="k") as file:
        file.write(b",three")
    assert _read(client, name) == b"one,two,three"


def test_acl_tags_and_links(client, name):
    _put(client, name)
    client.put_object_acl(oss.PutObjectAclRequest(bucket=name, key="k", acl="public-read"))
    assert client.get_object_acl(oss.GetObjectAclRequest(bucket=name, key="k")).acl == "public-read"
    tags = oss.Tagging(tag_set=oss.TagSet(tags=[oss.Tag(key="名", value="v 1")]))
    client.put_object_tagging(oss.PutObjectTaggingRequest(bucket=name, key="k", tagging=tags))
    found = client.get_object_tagging(oss.GetObjectTaggingRequest(bucket=name, key="k"))
    assert [(tag.key, tag.value) for tag in found.tag_set.tags] == [("名", "v 1")]
    client.delete_object_tagging(oss.DeleteObjectTaggingRequest(bucket=name, key="k"))
    client.put_symlink(oss.PutSymlinkRequest(bucket=name, key="link", symlink_target="k"))
    link = client.get_symlink(oss.GetSymlinkRequest(bucket=name, key="link"))
    assert link.target == "k"
    assert _read(client, name, "link") == TEN


def test_restore(client, name):
    _put(client, name, storage_class="ColdArchive")
    with oss_refused("InvalidObjectState", 403):
        _read(client, name)
    request = oss.RestoreObjectRequest(
        bucket=name, key="k", restore_request=oss.RestoreRequest(days=2, tier="Expedited")
    )
    assert client.restore_object(request).status_code == 202
    assert _read(client, name) == TEN
    assert client.restore_object(request).status_code == 200


def test_multipart_by_hand(client, name):
    key = "目录/k"
    upload = client.initiate_multipart_upload(
        oss.InitiateMultipartUploadRequest(bucket=name, key=key, content_type="image/png")
    ).upload_id
    _put(client, name, "source", LARGE)
    copied = client.upload_part_copy(
        oss.UploadPartCopyRequest(
            bucket=name,
            key=key,
            upload_id=upload,
            part_number=2,
            source_bucket=name,
            source_key="source",
            source_range="bytes=0-102399",
        )
    )
    sent = client.upload_part(
        oss.UploadPartRequest(bucket=name, key=key, upload_id=upload, part_number=5, body=TEN)
    )
    listed = client.list_parts(oss.ListPartsRequest(bucket=name, key=key, upload_id=upload))
    assert [(part.part_number, part.size, part.etag) for part in listed.parts] == [
        (2, 102_400, copied.etag),
        (5, 10, sent.etag),
    ]
    uploads = client.list_multipart_uploads(
        oss.ListMultipartUploadsRequest(bucket=name, encoding_type="url")
    ).uploads
    assert [(found.key, found.upload_id) for found in uploads] == [(key, upload)]
    done = client.complete_multipart_upload(
        oss.CompleteMultipartUploadRequest(bucket=name, key=key, upload_id=upload, complete_all="yes")
    )
    assert done.key == key
    assert done.hash_crc64 == str(crc64.xz(LARGE[:102_400] + TEN))
    assert _read(client, name, key) == LARGE[:102_400] + TEN


def test_uploader_and_downloader(client, name, tmp_path):
    source, copy = tmp_path / "a.bin", tmp_path / "b.bin"
    source.write_bytes(LARGE)
    sent = client.uploader(part_size=100 * KB, parallel_num=3).upload_file(
        oss.PutObjectRequest(bucket=name, key="k"), filepath=str(source)
    )
    assert sent.etag.strip('"').endswith("-7")
    got = client.downloader(part_size=100 * KB, parallel_num=3).download_file(
        oss.GetObjectRequest(bucket=name, key="k"), filepath=str(copy)
    )
    assert got.written == len(LARGE)
    assert copy.read_bytes() == LARGE
    client.uploader(part_size=100 * KB).upload_from(
        oss.PutObjectRequest(bucket=name, key="from"), io.BytesIO(LARGE)
    )
    assert _read(client, name, "from") == LARGE


def test_copier(client, name):
    _put(client, name, "源", LARGE, metadata={"a": "1"}, tagging="t=1")
    client.copier().copy(
        oss.CopyObjectRequest(bucket=name, key="copy", source_bucket=name, source_key="源"),
        multipart_copy_threshold=1,
        part_size=100 * KB,
        disable_shallow_copy=True,
    )
    head = client.head_object(oss.HeadObjectRequest(bucket=name, key="copy"))
    assert (head.object_type, head.metadata) == ("Multipart", {"a": "1"})
    assert _read(client, name, "copy") == LARGE
    tags = client.get_object_tagging(oss.GetObjectTaggingRequest(bucket=name, key="copy")).tag_set.tags
    assert [(tag.key, tag.value) for tag in tags] == [("t", "1")]


def test_a_file_that_is_open(client, name):
    _put(client, name, body=LARGE)
    with client.open_file(bucket=name, key="k") as file:
        assert file.read(10) == LARGE[:10]
        file.seek(-5, io.SEEK_END)
        assert file.read() == LARGE[-5:]
        file.seek(500_000)
        assert file.read(70_000) == LARGE[500_000:570_000]


def test_files(make_oss_v2, name, tmp_path):
    # One that never tries again never asks: get_object_to_file returns None then.
    client = make_oss_v2(retryer=oss.retry.StandardRetryer(max_attempts=2))
    source, copy = tmp_path / "a.bin", tmp_path / "b.bin"
    source.write_bytes(LARGE)
    client.put_object_from_file(oss.PutObjectRequest(bucket=name, key="k"), str(source))
    got = client.get_object_to_file(oss.GetObjectRequest(bucket=name, key="k"), str(copy))
    assert got.hash_crc64 == str(crc64.xz(LARGE))
    assert copy.read_bytes() == LARGE

"""Ranges, conditions and header overrides through cos-python-sdk-v5 (spec: cos.md section 4.3)."""

from email.utils import formatdate, parsedate_to_datetime

import pytest
from sdk_clients import body_of, refused, refused_head

CONTENT = bytes(range(200))


@pytest.fixture
def stored(cos, bucket):
    cos.put_object(Bucket=bucket, Key="k", Body=CONTENT, ContentType="image/png")
    return {"Bucket": bucket, "Key": "k"}


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=10-19", 10, 20),
        ("bytes=190-", 190, 200),
        ("bytes=-5", 195, 200),
        ("bytes=-500", 0, 200),
        ("bytes=150-999", 150, 200),
    ],
)
def test_a_range(cos, stored, asked, start, end):
    got = cos.get_object(Range=asked, **stored)
    assert body_of(got) == CONTENT[start:end]
    assert got["Content-Range"] == f"bytes {start}-{end - 1}/200"
    assert got["Content-Length"] == str(end - start)
    assert got["Accept-Ranges"] == "bytes"


def test_the_checksum_of_a_range_is_that_of_the_object(cos, stored):
    whole, part = cos.get_object(**stored), cos.get_object(Range="bytes=1-2", **stored)
    assert part["x-cos-hash-crc64ecma"] == whole["x-cos-hash-crc64ecma"]
    assert part["ETag"] == whole["ETag"]


@pytest.mark.parametrize("asked", ["bytes=200-", "bytes=500-600", "bytes=-0"])
def test_a_range_behind_the_end(cos, stored, asked):
    with refused("InvalidRange", 416):
        cos.get_object(Range=asked, **stored)


@pytest.mark.parametrize("asked", ["bytes=5-2", "lines=1-2", "bytes=0-1,5-6", "nonsense"])
def test_what_is_no_single_range_gets_the_whole(cos, stored, asked):
    got = cos.get_object(Range=asked, **stored)
    assert body_of(got) == CONTENT
    assert "Content-Range" not in got


def _dates(cos, stored):
    modified = parsedate_to_datetime(cos.head_object(**stored)["Last-Modified"]).timestamp()
    return {
        name: formatdate(modified + add, usegmt=True)
        for name, add in (("before", -60), ("at", 0), ("after", 60))
    }


def test_conditions_that_hold(cos, stored):
    etag, dates = cos.head_object(**stored)["ETag"], _dates(cos, stored)
    for condition in (
        {"IfMatch": etag},
        {"IfMatch": etag.strip('"')},
        {"IfMatch": "*"},
        {"IfNoneMatch": '"other"'},
        {"IfModifiedSince": dates["before"]},
        {"IfUnmodifiedSince": dates["at"]},
        {"IfUnmodifiedSince": dates["after"]},
        {"IfMatch": etag, "IfUnmodifiedSince": dates["before"]},  # If-Match goes before it
        {"IfNoneMatch": '"other"', "IfModifiedSince": dates["after"]},
    ):
        assert body_of(cos.get_object(**condition, **stored)) == CONTENT, condition


def test_not_modified_is_no_error_of_the_sdk(cos, stored):
    etag, dates = cos.head_object(**stored)["ETag"], _dates(cos, stored)
    for condition in ({"IfNoneMatch": etag}, {"IfNoneMatch": "*"}, {"IfModifiedSince": dates["at"]}):
        head = cos.head_object(**condition, **stored)
        assert (head["ETag"], "Content-Type" in head) == (etag, False), condition


def test_conditions_that_do_not_hold(cos, stored):
    for condition in ({"IfMatch": '"other"'}, {"IfUnmodifiedSince": _dates(cos, stored)["before"]}):
        with refused("PreconditionFailed", 412):
            cos.get_object(**condition, **stored)
        with refused_head(412):
            cos.head_object(**condition, **stored)


def test_overrides_of_the_headers(cos, stored):
    overrides = {
        "ResponseContentType": "text/html; charset=gbk",
        "ResponseCacheControl": "no-store",
        "ResponseContentDisposition": 'attachment; filename="a b.png"',
        "ResponseContentLanguage": "de",
        "ResponseContentEncoding": "x-own",
        "ResponseExpires": "Thu, 01 Jan 2099 00:00:00 GMT",
    }
    got = cos.get_object(**overrides, **stored)
    names = (
        "Content-Type",
        "Cache-Control",
        "Content-Disposition",
        "Content-Language",
        "Content-Encoding",
        "Expires",
    )
    assert tuple(got[name] for name in names) == tuple(overrides.values())
    assert body_of(got) == CONTENT
    assert cos.head_object(**stored)["Content-Type"] == "image/png"


def test_an_override_cannot_write_a_header_of_its_own(cos, stored):
    got = cos.get_object(ResponseContentType="text/plain\r\nX-Injected: yes", **stored)
    assert "X-Injected" not in got
    assert body_of(got) == CONTENT


def test_control_characters_do_not_get_into_headers(cos, stored):
    sent = "a\x00b\x01c\td\r\ne\x0bf\x1fg\x7fh"
    got = cos.get_object(ResponseContentDisposition=sent, **stored)
    assert got["Content-Disposition"] == "a b c\td  e f g h"
    assert body_of(got) == CONTENT


def test_a_long_download_in_pieces(cos, bucket, tmp_path):
    content = bytes(7919) * 400
    cos.put_object(Bucket=bucket, Key="long", Body=content)
    file = tmp_path / "file"
    cos.download_file(
        Bucket=bucket, Key="long", DestFilePath=str(file), PartSize=1, MAXThread=3, EnableCRC=True
    )
    assert file.read_bytes() == content

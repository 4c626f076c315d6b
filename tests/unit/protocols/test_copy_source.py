from __future__ import annotations

from contextlib import suppress
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.operations.records import Attributes, ObjectRecord
from ci_emulator.protocols.cos.copy_source import CopySource, check, parse, requested_range, whole
from ci_emulator.protocols.error_model import ApiError

HOST = "b-1250000000.cos.ap-guangzhou.myqcloud.com"
BUCKET = "b-1250000000"
GIB = 1024**3
MODIFIED = 1_600_000_000.5
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        (f"{HOST}/k", CopySource(BUCKET, "k", None)),
        (f"{BUCKET}/k", CopySource(BUCKET, "k", None)),
        (f"{BUCKET}.localhost:9000/k", CopySource(BUCKET, "k", None)),
        (f"{HOST}//a/../b", CopySource(BUCKET, "/a/../b", None)),
        (f"{HOST}/a+b%20c%2Fd%3Fe%25", CopySource(BUCKET, "a+b c/d?e%", None)),
        (f"{HOST}/图", CopySource(BUCKET, "图", None)),
        (f"{HOST}/k?versionId=abc", CopySource(BUCKET, "k", "abc")),
        (f"{HOST}/k?versionId=null", CopySource(BUCKET, "k", "null")),
        (f"{HOST}/k?versionId=", CopySource(BUCKET, "k", None)),
        (f"{HOST}/k?x=1&versionId=a&versionId=b", CopySource(BUCKET, "k", "a")),
        (f"{HOST}/k?", CopySource(BUCKET, "k", None)),
    ],
)
def test_parse(text: str, source: CopySource) -> None:
    assert parse(text) == source


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_parse_gives_back_any_key_and_version(key: str, version: str) -> None:
    text = f"{HOST}/{quote(key)}?versionId={quote(version, safe='')}"
    assert parse(text) == CopySource(BUCKET, key, version)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        BUCKET,
        f"{BUCKET}/",
        f"{HOST}?versionId=x",
        f"/{BUCKET}/k",
        f"http://{HOST}/k",
        "bucket.cos.ap-guangzhou.myqcloud.com/k",
        "B-1250000000.cos/k",
        f"{HOST}/%ff",
        f"{HOST}/%ed%a0%80",
        f"{HOST}/\udcff",
        "\udcff-1/k",
    ],
)
def test_what_names_no_object(text: str) -> None:
    with pytest.raises(ApiError) as caught:
        parse(text)
    assert caught.value.code == "InvalidCopySource"


@settings(deadline=None)
@given(st.text())
def test_parse_never_breaks(text: str) -> None:
    with suppress(ApiError):
        assert parse(text).key


@pytest.mark.parametrize(
    ("text", "size", "part"),
    [
        (None, 10, (0, 10)),
        ("", 10, (0, 10)),
        ("bytes=0-9", 10, (0, 10)),
        ("bytes=3-3", 10, (3, 1)),
        (f"bytes=0-{5 * GIB - 1}", 6 * GIB, (0, 5 * GIB)),
    ],
)
def test_a_range(text: str | None, size: int, part: tuple[int, int]) -> None:
    headers = {} if text is None else {"x-cos-copy-source-range": text}
    assert requested_range(headers)(size) == part


@pytest.mark.parametrize(
    ("text", "size", "kind"),
    [
        ("bytes=0-10", 10, Kind.RANGE_NOT_SATISFIABLE),
        ("bytes=0-0", 0, Kind.RANGE_NOT_SATISFIABLE),
        (f"bytes=0-{5 * GIB}", 6 * GIB, Kind.OBJECT_TOO_LARGE),
        ("", 5 * GIB + 1, Kind.OBJECT_TOO_LARGE),
    ],
)
def test_a_range_that_cannot_be_copied(text: str, size: int, kind: Kind) -> None:
    with pytest.raises(Refusal) as caught:
        requested_range({"x-cos-copy-source-range": text})(size)
    assert caught.value.kind is kind


@pytest.mark.parametrize(
    "text", ["bytes=1-0", "bytes=-1", "bytes=1-", "bytes=a-b", "bytes=0-1\n", "bytes=٠-٩", "items=0-1", "x"]
)
def test_a_malformed_range(text: str) -> None:
    with pytest.raises(ApiError) as caught:
        requested_range({"x-cos-copy-source-range": text})
    assert caught.value.code == "InvalidArgument"


def test_the_largest_object_that_is_copied_in_one_go() -> None:
    assert whole(5 * GIB) == (0, 5 * GIB)
    with pytest.raises(Refusal) as caught:
        whole(5 * GIB + 1)
    assert caught.value.kind is Kind.OBJECT_TOO_LARGE


def _record(**changes: object) -> ObjectRecord:
    return ObjectRecord(**{"key": "k", "order": 1, "modified": MODIFIED, "etag": "e", "size": 1, **changes})


@pytest.mark.parametrize("match", ['"e"', "e", "*", '"x", "e"'])
def test_a_condition_that_holds(match: str) -> None:
    check(_record(), {"x-cos-copy-source-if-match": match}, now=0)
    with pytest.raises(Refusal) as caught:
        check(_record(), {"x-cos-copy-source-if-none-match": match}, now=0)
    assert caught.value.kind is Kind.PRECONDITION_FAILED


def test_conditions_about_the_destination_are_not_those_of_the_source() -> None:
    check(_record(), {"if-match": '"another"', "x-cos-copy-source-if-match": ""}, now=0)


def test_times_are_compared_in_seconds() -> None:
    same = "Sun, 13 Sep 2020 12:26:40 GMT"
    check(_record(), {"x-cos-copy-source-if-unmodified-since": same}, now=0)
    with pytest.raises(Refusal):
        check(_record(), {"x-cos-copy-source-if-modified-since": same}, now=0)


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (_record(delete_marker=True), "InvalidRequest"),
        (_record(attributes=Attributes(storage_class="ARCHIVE")), "InvalidObjectState"),
        (
            _record(attributes=Attributes(storage_class="DEEP_ARCHIVE"), restored_until=99.0),
            "InvalidObjectState",
        ),
    ],
    ids=["delete-marker", "archived", "restored-in-the-past"],
)
def test_what_cannot_be_read(record: ObjectRecord, code: str) -> None:
    with pytest.raises(ApiError) as caught:
        check(record, {}, now=100.0)
    assert caught.value.code == code


def test_a_restored_object() -> None:
    check(_record(attributes=Attributes(storage_class="ARCHIVE"), restored_until=101.0), {}, now=100.0)

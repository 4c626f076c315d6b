"""Listing objects through cos-python-sdk-v5 (spec: cos.md section 4.1, GET Bucket)."""

from urllib.parse import quote, unquote

import pytest
from sdk_clients import APPID, refused

KEYS = sorted(
    ["a", "a/1", "a/2", "a/b/3", "b", "b/1", "c d+e%/f", "c d+e%/g", "图/一", "图/二", "z"],
    key=lambda key: key.encode(),
)


@pytest.fixture
def filled(cos, bucket):
    for key in KEYS:
        cos.put_object(Bucket=bucket, Key=key, Body=key)
    return bucket


def names(answer):
    return [entry["Key"] for entry in answer.get("Contents", [])]


def prefixes(answer):
    return [entry["Prefix"] for entry in answer.get("CommonPrefixes", [])]


def test_all_in_utf_8_order_with_their_facts(cos, filled):
    answer = cos.list_objects(Bucket=filled)
    assert names(answer) == KEYS
    assert (answer["Name"], answer["IsTruncated"], answer["MaxKeys"]) == (filled, "false", "1000")
    assert (answer["Prefix"], answer["Marker"]) == (None, None) or (answer["Prefix"], answer["Marker"]) == (
        "",
        "",
    )
    entry = answer["Contents"][0]
    assert (entry["Size"], entry["StorageClass"], entry["Owner"]["ID"]) == ("1", "STANDARD", APPID)
    assert entry["ETag"] == cos.head_object(Bucket=filled, Key="a")["ETag"]
    assert entry["LastModified"].endswith("Z")


@pytest.mark.parametrize("prefix", ["a", "a/", "c d+e%/", "图/", "nothing"])
def test_a_prefix(cos, filled, prefix):
    answer = cos.list_objects(Bucket=filled, Prefix=prefix)
    assert names(answer) == [key for key in KEYS if key.startswith(prefix)]
    assert answer["Prefix"] == prefix


def test_a_delimiter(cos, filled):
    answer = cos.list_objects(Bucket=filled, Delimiter="/")
    assert names(answer) == ["a", "b", "z"]
    assert prefixes(answer) == ["a/", "b/", "c d+e%/", "图/"]
    below = cos.list_objects(Bucket=filled, Delimiter="/", Prefix="a/")
    assert (names(below), prefixes(below)) == (["a/1", "a/2"], ["a/b/"])


def _pages(cos, bucket, **options):
    """Return the pages of a listing; one that never ends would be longer than this."""
    pages, marker = [], ""
    while len(pages) <= len(KEYS):
        pages.append(cos.list_objects(Bucket=bucket, Marker=marker, **options))
        if pages[-1]["IsTruncated"] == "false":
            return pages
        # Asked for in so many words, the encoding is left to the caller to undo.
        marker = pages[-1]["NextMarker"]
        marker = unquote(marker) if "EncodingType" in options else marker
    raise AssertionError("the listing does not end")


@pytest.mark.parametrize("size", [1, 2, 3, 5, 11])
@pytest.mark.parametrize("delimiter", ["", "/"])
def test_pages_hold_every_name_once(cos, filled, size, delimiter):
    whole = cos.list_objects(Bucket=filled, Delimiter=delimiter)
    pages = _pages(cos, filled, MaxKeys=size, Delimiter=delimiter)
    found = [sorted(names(page) + prefixes(page), key=str.encode) for page in pages]
    assert all(len(page) == size for page in found[:-1])
    assert [name for page in found for name in page] == sorted(names(whole) + prefixes(whole), key=str.encode)
    for page, entries in zip(pages[:-1], found, strict=False):
        assert page["NextMarker"] == entries[-1]
    assert "NextMarker" not in pages[-1]


def test_names_are_percent_encoded_but_for_the_slash(cos, filled):
    pages = _pages(cos, filled, MaxKeys=3, EncodingType="url")
    encoded = [name for page in pages for name in names(page)]
    assert encoded == [quote(key, safe="/-_.~") for key in KEYS]
    assert "c%20d%2Be%25/f" in encoded
    assert pages[0]["EncodingType"] == "url"
    folded = cos.list_objects(Bucket=filled, Delimiter="/", Prefix="图", EncodingType="url")
    assert (prefixes(folded), folded["Prefix"], folded["Delimiter"]) == (["%E5%9B%BE/"], "%E5%9B%BE", "/")


def test_a_marker_is_exclusive_and_need_not_exist(cos, filled):
    assert names(cos.list_objects(Bucket=filled, Marker="b/1")) == KEYS[KEYS.index("b/1") + 1 :]
    assert names(cos.list_objects(Bucket=filled, Marker="aa")) == KEYS[KEYS.index("b") :]


def test_no_keys_at_all_are_asked_for(cos, filled):
    answer = cos.list_objects(Bucket=filled, MaxKeys=0)
    assert (names(answer), answer["MaxKeys"]) == ([], "0")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"MaxKeys": 1001}, "InvalidArgument"),
        ({"MaxKeys": -1}, "InvalidArgument"),
        ({"MaxKeys": "many"}, "InvalidArgument"),
        ({"Delimiter": "ab"}, "InvalidDelimiter"),
        ({"EncodingType": "base64"}, "InvalidArgument"),
    ],
)
def test_bad_parameters(cos, bucket, options, code):
    # The SDK refuses another encoding than url itself.
    if "EncodingType" in options:
        with pytest.raises(Exception, match="EncodingType"):
            cos.list_objects(Bucket=bucket, **options)
        return
    with refused(code, 400):
        cos.list_objects(Bucket=bucket, **options)

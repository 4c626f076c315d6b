"""Which bucket and key an OSS request may be about, by address and path, and how buckets are called (aliyun.md section 2)."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ci_emulator.auth.oss_model import Signed
from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Place
from ci_emulator.core.target import Form, Target, parse_host
from ci_emulator.protocols.oss.address import read_address
from ci_emulator.protocols.oss.names import Naming, is_bucket

APPID, OTHER = "1250000000", "1260000000"
NAMING = Naming(APPID, frozenset({APPID, OTHER}))
DEFAULT = f"media-{APPID}"
SERVICE = Signed()


def readings(
    path: str, bucket: str | None = None, default: str | None = None, unknown_host: str = ""
) -> list[tuple[str | None, str | None]]:
    host = unknown_host or "127.0.0.1:9000"
    target = Target("GET", Form.ORIGIN, host, parse_host(host), path, "", {})
    place = Place("oss", "custom-domain" if unknown_host else "oss", bucket)
    return [(found.bucket, found.key) for found in read_address(target, place, default, NAMING).readings]


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/photos", None),
        ("/photos/", None),
        ("/photos/dir%2Fa.png", "dir/a.png"),
        ("/photos/dir/a.png", "dir/a.png"),
        ("/photos//a", "/a"),
        ("/photos/a//", "a//"),
        ("/photos/a/../b/./c", "a/../b/./c"),
        ("/photos/%E7%9B%AE%E5%BD%95/%E5%9B%BE+1.png", "目录/图+1.png"),
        ("/photos/%252F", "%2F"),
        ("/photos/photos/a", "photos/a"),
        ("/phot%6Fs/a", "a"),
    ],
)
def test_path_style(path: str, key: str | None) -> None:
    assert readings(path) == [("photos", key)]


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("/dir%2Fa.png", ["dir/a.png"]),
        ("//a", ["/a"]),
        ("/photosynthesis/a", ["photosynthesis/a"]),
        # the double form of ali-oss, or a key that begins like the bucket: the signature decides
        ("/photos/a", ["photos/a", "a"]),
        ("/photos/photos/a", ["photos/photos/a", "photos/a"]),
        ("/photos/", ["photos/", None]),
        ("/photos", ["photos", None]),
        ("/photos%2Fa", ["photos/a"]),
    ],
)
def test_a_bucket_in_the_host(path: str, keys: list[str | None]) -> None:
    assert readings(path, bucket="photos") == [("photos", key) for key in keys]


def test_the_root_below_a_bucket_in_the_host_is_the_bucket_or_signed_as_the_service() -> None:
    assert readings("/", bucket="undefined") == [("undefined", None), (None, None)]


def test_the_root_is_the_service_or_the_default_bucket() -> None:
    assert readings("/") == [(None, None)]
    assert readings("/", default=DEFAULT) == [("media", None), (DEFAULT, None), (None, None)]


def test_a_default_bucket_goes_by_both_its_names_after_path_style_on_a_local_host() -> None:
    assert readings("/a/b.png", default=DEFAULT) == [("media", "a/b.png"), (DEFAULT, "a/b.png")]
    assert readings("/photos/b.png", default=DEFAULT) == [
        ("photos", "b.png"),
        ("media", "photos/b.png"),
        (DEFAULT, "photos/b.png"),
    ]
    assert readings("//b", default=f"media-{OTHER}") == [(f"media-{OTHER}", "/b")]


def test_on_a_custom_domain_the_default_bucket_comes_first() -> None:
    assert readings("/photos/b.png", default=DEFAULT, unknown_host="pictures.example") == [
        ("media", "photos/b.png"),
        (DEFAULT, "photos/b.png"),
        ("photos", "b.png"),
        ("pictures", "photos/b.png"),
    ]


def test_without_a_default_bucket_a_host_that_nobody_knows_is_an_endpoint() -> None:
    assert readings("/albums/b.png", unknown_host="photos.storage.test") == [
        ("albums", "b.png"),
        ("photos", "albums/b.png"),
    ]
    assert readings("/b.png", unknown_host="photos.storage.test") == [("photos", "b.png")]
    assert readings("/albums/b.png", unknown_host="storage") == [("albums", "b.png")]


@pytest.mark.parametrize(("path", "bucket"), [("/photos/%FF", None), ("/%FF", "photos"), ("/a%C3", "photos")])
def test_a_key_that_is_not_utf8(path: str, bucket: str | None) -> None:
    with pytest.raises(Refusal) as caught:
        readings(path, bucket)
    assert caught.value.kind is Kind.MALFORMED_URI


@pytest.mark.parametrize(
    ("path", "bucket"),
    [
        ("/ab/key", None),
        ("/Photos/key", None),
        ("//key", None),
        ("/%FFphotos/key", None),
        ("/key", "some_photos"),
    ],
)
def test_what_can_be_no_bucket(path: str, bucket: str | None) -> None:
    with pytest.raises(Refusal) as caught:
        readings(path, bucket)
    assert caught.value.kind is Kind.BUCKET_NAME_INVALID


def test_a_reading_leads_to_the_full_name() -> None:
    target = Target("GET", Form.ORIGIN, "localhost", parse_host("localhost"), "/photos/a", "", {})
    address = read_address(target, Place("oss", "oss"), None, NAMING)
    (reading,) = address.readings
    assert address.place(reading, "cn-x") == Place("oss", "oss", f"photos-{APPID}", "a", "cn-x")
    assert address.place(SERVICE, None).scope == "service"


NAMES = st.from_regex(r"[a-z0-9][a-z0-9-]{1,40}[a-z0-9]", fullmatch=True)
ENDED = st.builds("{}-{}".format, NAMES, st.sampled_from([APPID, OTHER, "2024", "1"]))


@given(NAMES | ENDED)
@example("photos-2024")
@example(APPID)
@example(f"photos-{APPID}")
@example(f"photos-{OTHER}")
@example(f"photos-{OTHER}-{APPID}")
@example(f"photos-{APPID}-{APPID}")
@example(f"ab-{APPID}")
def test_both_names_lead_to_the_same_bucket(name: str) -> None:
    full = NAMING.full(name)
    short = NAMING.short(full)
    assert full.endswith((f"-{APPID}", f"-{OTHER}"))
    assert NAMING.full(full) == full
    assert NAMING.full(short) == full
    assert is_bucket(short)
    assert short == name or name == full


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("photos", f"photos-{APPID}"),
        ("photos-2024", f"photos-2024-{APPID}"),
        (f"photos-{APPID}", f"photos-{APPID}"),
        (f"photos-{OTHER}", f"photos-{OTHER}"),
        (APPID, f"{APPID}-{APPID}"),
    ],
)
def test_the_full_name(name: str, full: str) -> None:
    assert NAMING.full(name) == full


@pytest.mark.parametrize(
    ("full", "short"),
    [
        (f"photos-{APPID}", "photos"),
        (f"photos-{OTHER}", f"photos-{OTHER}"),
        # cut off, these would be no name in OSS, or that of another bucket
        (f"ab-{APPID}", f"ab-{APPID}"),
        (f"photos-{OTHER}-{APPID}", f"photos-{OTHER}-{APPID}"),
        (f"photos-{APPID}-{APPID}", f"photos-{APPID}-{APPID}"),
    ],
)
def test_the_short_name(full: str, short: str) -> None:
    assert NAMING.short(full) == short
    assert NAMING.full(short) == full

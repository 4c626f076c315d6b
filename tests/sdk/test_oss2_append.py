"""Append to objects through oss2 (oss: AppendObject)."""

import pytest
from fastcrc import crc64
from oss_clients import oss_error_of, oss_refused, oss_send

BIG = b"x" * 300_000


def test_pieces_add_up(oss_bucket):
    headers = {"Content-Type": "text/plain", "x-oss-meta-a": "1", "x-oss-object-acl": "public-read"}
    first = oss_bucket.append_object("k", 0, b"one,", headers=headers)
    assert (first.next_position, first.crc) == (4, crc64.xz(b"one,"))
    # The SDK checks the checksum of the whole against its own.
    second = oss_bucket.append_object("k", 4, BIG, init_crc=first.crc)
    assert second.next_position == 4 + len(BIG)
    assert second.crc == crc64.xz(b"one," + BIG)
    head = oss_bucket.head_object("k")
    assert head.object_type == "Appendable"
    assert head.headers["x-oss-next-append-position"] == str(second.next_position)
    assert (head.headers["Content-Type"], head.headers["x-oss-meta-a"]) == ("text/plain", "1")
    assert "Content-MD5" not in head.headers
    assert head.etag == second.etag
    assert oss_bucket.get_object("k").read() == b"one," + BIG
    assert oss_bucket.get_object_acl("k").acl == "public-read"


def test_nothing_can_be_appended(oss_bucket):
    assert oss_bucket.append_object("k", 0, b"").next_position == 0
    assert oss_bucket.append_object("k", 0, b"a").next_position == 1
    assert oss_bucket.get_object("k").read() == b"a"


@pytest.mark.parametrize("position", [0, 2, 4])
def test_a_wrong_position_tells_the_right_one(oss_bucket, position):
    oss_bucket.append_object("k", 0, b"abc")
    with oss_refused("PositionNotEqualToLength", 409) as seen:
        oss_bucket.append_object("k", position, BIG)
    assert seen.error.headers["x-oss-next-append-position"] == "3"
    assert oss_bucket.get_object("k").read() == b"abc"


def test_a_new_object_begins_at_zero(oss_bucket):
    with oss_refused("PositionNotEqualToLength", 409) as seen:
        oss_bucket.append_object("k", 5, b"abc")
    assert seen.error.headers["x-oss-next-append-position"] == "0"
    assert not oss_bucket.object_exists("k")


def test_other_objects_cannot_be_appended_to(oss_bucket):
    oss_bucket.put_object("k", b"abc")
    oss_bucket.put_symlink("k", "link")
    for key in ("k", "link"):
        with oss_refused("ObjectNotAppendable", 409):
            oss_bucket.append_object(key, 3, b"d")
    assert oss_bucket.get_object("k").read() == b"abc"


def test_a_wrong_digest_appends_nothing(oss_bucket):
    oss_bucket.append_object("k", 0, b"abc")
    with oss_refused("InvalidDigest", 400):
        oss_bucket.append_object("k", 3, b"d", headers={"Content-MD5": "AAAAAAAAAAAAAAAAAAAAAA=="})
    assert oss_bucket.append_object("k", 3, b"d").next_position == 4


@pytest.mark.parametrize(
    "params", [{"append": ""}, {"append": "", "position": "-1"}, {"append": "", "position": "x"}]
)
def test_positions_that_are_none(emulator, oss_bucket, params):
    answer = oss_send(emulator, "POST", oss_bucket.bucket_name, "k", params=params, data=b"a")
    assert (answer.status_code, oss_error_of(answer)["Code"]) == (400, "InvalidArgument")
    assert not oss_bucket.object_exists("k")


def test_a_put_makes_it_an_ordinary_object(oss_bucket):
    oss_bucket.append_object("k", 0, b"abc")
    oss_bucket.put_object("k", b"other")
    assert oss_bucket.head_object("k").object_type == "Normal"

"""Both forms of listing yield what a sorted list yields, whatever prefix, delimiter, beginning and size of a page are.

The model folds all keys at once and knows nothing of pages or markers.
"""

import random
import xml.etree.ElementTree as ET
from urllib.parse import unquote

import oss2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oss_clients import close_oss, oss_client
from sdk_clients import PUBLISHED_KEY

from ci_emulator.testing import Emulator

BUCKETS = 3
#: Few characters, so that prefixes, folders and their neighbours occur: `.` and `0` stand beside `/`.
ALPHABET = "a/.0é"
words = st.text(alphabet=ALPHABET, max_size=4)


def _keys(seed: int) -> list[str]:
    """Return keys of all lengths; none begins with `/`, which OSS forbids."""
    drawn = random.Random(seed)
    found = {"a" + "".join(drawn.choices(ALPHABET, k=drawn.randint(0, 5))) for _ in range(40)}
    found |= {"é" + "".join(drawn.choices(ALPHABET, k=drawn.randint(0, 3))) for _ in range(15)}
    return sorted(found, key=str.encode)


@pytest.fixture(scope="module")
def buckets():
    with Emulator(credentials=(PUBLISHED_KEY,)) as running:
        made = [oss_client(running, f"model-{number}") for number in range(BUCKETS)]
        for number, bucket in enumerate(made):
            bucket.create_bucket()
            for key in _keys(number):
                bucket.put_object(key, b"")
        yield made
        for bucket in made:
            close_oss(bucket)


def folded(keys: list[str], prefix: str, delimiter: str, after: str) -> list[tuple[str, bool]]:
    """Return the entries of a whole listing in their order, and of each whether it is a common prefix."""
    found: dict[tuple[str, bool], None] = {}
    # A beginning that is itself a common prefix of this listing stands for everything that it folds.
    ends = after.find(delimiter, len(prefix)) if delimiter and after.startswith(prefix) else -1
    passed = after if ends >= 0 and ends == len(after) - 1 else None
    for key in keys:
        behind = key.encode() > after.encode() and (passed is None or not key.startswith(passed))
        if key.startswith(prefix) and behind:
            at = key.find(delimiter, len(prefix)) if delimiter else -1
            found[(key, False) if at < 0 else (key[: at + 1], True)] = None
    return list(found)


def pages_of(bucket: oss2.Bucket, params: dict[str, str], after: str, *, second: bool):
    """Yield the entries of each page, as the service wrote them."""
    begin, following = ("start-after", "continuation-token") if second else ("marker", "marker")
    params = {**params, "encoding-type": "url", "list-type": "2" if second else "1", begin: after}
    while True:
        root = ET.fromstring(bucket._do("GET", bucket.bucket_name, "", params=params).read())
        keys = [(unquote(node.text), False) for node in root.findall("Contents/Key")]
        prefixes = [(unquote(node.text), True) for node in root.findall("CommonPrefixes/Prefix")]
        yield sorted(keys + prefixes, key=lambda entry: entry[0].encode())
        if second:
            assert root.findtext("KeyCount") == str(len(keys) + len(prefixes))
        if root.findtext("IsTruncated") == "false":
            return
        params[following] = unquote(root.findtext("NextContinuationToken" if second else "NextMarker"))


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    number=st.integers(0, BUCKETS - 1),
    prefix=words,
    delimiter=st.sampled_from(["", "", "/", ".", "a", "é", "?"]),
    after=words,
    size=st.sampled_from([1, 2, 3, 7, 20, 1000]),
    second=st.booleans(),
)
def test_any_listing_is_that_of_the_model(buckets, number, prefix, delimiter, after, size, second):
    expected = folded(_keys(number), prefix, delimiter, after)
    params = {"prefix": prefix, "delimiter": delimiter, "max-keys": str(size)}
    pages = list(pages_of(buckets[number], params, after, second=second))
    assert [entry for page in pages for entry in page] == expected
    assert all(len(page) == size for page in pages[:-1])
    assert len(pages) == max(1, -(-len(expected) // size))


@pytest.mark.parametrize("number", range(BUCKETS))
def test_the_model_is_asked_about_what_matters(number):
    keys = _keys(number)
    assert len(keys) > 30
    assert any(a != b and b.startswith(a) for a in keys for b in keys)
    folders = folded(keys, "a", "/", "")
    assert {is_prefix for _, is_prefix in folders} == {True, False}

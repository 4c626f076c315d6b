"""multipart/form-data: told apart however it is cut, bounded before the file, never whole in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable

import pytest
from form_body import BOUNDARY, CONTENT_TYPE, body, file, form, part
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ci_emulator.protocols.cos import form as forms
from ci_emulator.protocols.cos.errors import COS_ERRORS
from ci_emulator.protocols.error_model import ApiError

KNOWN = "The body of your POST request is not well-formed multipart/form-data."


async def _sent(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


def read(
    data: bytes | Iterable[bytes], content_type: str | None = CONTENT_TYPE
) -> tuple[dict[str, str], str, bytes]:
    """Read a whole form: its fields, the file's name and its bytes."""

    async def run() -> tuple[dict[str, str], str, bytes]:
        found = await forms.read(content_type, _sent([data] if isinstance(data, bytes) else data))
        return found.fields, found.filename, b"".join([chunk async for chunk in found.file()])

    return asyncio.run(run())


def refusal(data: bytes | Iterable[bytes], content_type: str | None = CONTENT_TYPE) -> ApiError:
    with pytest.raises(ApiError) as caught:
        read(data, content_type)
    return caught.value


def test_a_browsers_form() -> None:
    found = read(form({"key": "目录/${filename}", "Content-Type": "image/png"}, b"\x00\r\n", "图片 1.png"))
    assert found == ({"key": "目录/${filename}", "content-type": "image/png"}, "图片 1.png", b"\x00\r\n")


# What looks like a delimiter for a while, and turns out to be content.
FRAGMENTS = st.sampled_from(
    [b"\r", b"\n", b"\r\n", b"-", b"--", f"--{BOUNDARY}".encode(), BOUNDARY.encode(), b"\r\n--", b"\r\r\n"]
    + [f"\r\n--{BOUNDARY[:length]}".encode() for length in (1, 8, len(BOUNDARY) - 1)]
)
CONTENT = st.lists(FRAGMENTS | st.binary(max_size=40), max_size=12).map(b"".join)


@settings(deadline=None, max_examples=200)
@given(content=CONTENT, value=CONTENT, data=st.data())
def test_where_a_form_is_cut_does_not_matter(content: bytes, value: bytes, data: st.DataObject) -> None:
    delimiter = f"\r\n--{BOUNDARY}".encode()
    for text in (content, value):
        assume(delimiter not in b"\r\n" + text)
    value = value.decode("latin-1").encode()
    whole = b"preamble\r\n" + body(part("Key", value), file(content)) + b"epilogue\r\n--"
    cuts = sorted(data.draw(st.sets(st.integers(0, len(whole)), max_size=20)))
    chunks = [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    assert read(chunks) == ({"key": value.decode()}, "photo.jpg", content)


def test_byte_by_byte() -> None:
    content = f"\r\n--{BOUNDARY[:-1]}\r\n--{BOUNDARY}x\r\n\r\n--\r".encode()
    whole = form({"key": "a"}, content)
    assert read(whole[at : at + 1] for at in range(len(whole)))[2] == content


@settings(deadline=None, max_examples=100)
@given(junk=st.binary(max_size=200), at=st.integers(0, 300), drop=st.integers(0, 60))
def test_a_damaged_form_is_read_or_refused(junk: bytes, at: int, drop: int) -> None:
    whole = form({"key": "a", "acl": "private"}, b"content")
    code = None
    try:
        read(whole[:at] + junk + whole[at + drop :])
    except ApiError as error:
        code = error.code
    assert code in (None, "MalformedPOSTRequest", "IncorrectNumberOfFilesInPostRequest")


@pytest.mark.parametrize(
    ("content_type", "boundary"),
    [
        ('multipart/form-data; boundary="a b;c=d"', "a b;c=d"),
        ("Multipart/Form-Data;BOUNDARY=abc; charset=utf-8", "abc"),
        ("multipart/form-data; charset=utf-8; boundary=" + "x" * 70, "x" * 70),
        ("multipart/form-data; boundary='()+_,-./:=?", "'()+_,-./:=?"),
    ],
)
def test_boundaries(content_type: str, boundary: str) -> None:
    assert read(body(part("key", "a"), file(b"content"), boundary=boundary), content_type)[2] == b"content"


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        f"multipart/mixed; boundary={BOUNDARY}",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        'multipart/form-data; boundary=""',
        "multipart/form-data; boundary=" + "x" * 1000,
        "multipart/form-data; boundary=\udcff",
        "multipart/form-data; boundary=other",
        ";",
    ],
)
def test_a_body_of_another_type(content_type: str | None) -> None:
    assert refusal(form({"key": "a"}), content_type).code == "MalformedPOSTRequest"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\r\n",
        b"not a form at all",
        b"--" + BOUNDARY.encode(),
        b"--" + BOUNDARY.encode() + b"\r\n",
        b"--" + BOUNDARY.encode() + b"\nContent-Disposition: form-data; name=file\n\nx",
        form({"key": "a"})[:-6],
        form({"key": "a"})[:-100],
        form({"key": "a"}).replace(b"\r\n", b"\n"),
        body(part("key", "a", "Not a header")),
        body(b'Content-Disposition: attachment; name="key"\r\n\r\na', file(b"x")),
        body(b"Content-Disposition: form-data\r\n\r\na", file(b"x")),
        body(b'Content-Disposition: form-data; name=""\r\n\r\na', file(b"x")),
        body(b"\r\na", file(b"x")),
        body(part(b"\xff", "a"), file(b"x")),
        body(part("key", b"\xff\xfe"), file(b"x")),
        body(b'Content-Disposition: form-data; name="file"; filename="\xff"\r\n\r\nx'),
        body(part("key", "a", *(f"X-{number}: y" for number in range(20))), file(b"x")),
        body(part("key", "a", "X-Long: " + "y" * 10_000), file(b"x")),
        b"x" * 40_000,
    ],
)
def test_a_malformed_form(data: bytes) -> None:
    assert refusal(data).code == "MalformedPOSTRequest"
    assert refusal(data[at : at + 1] for at in range(len(data))).code == "MalformedPOSTRequest"


def test_what_is_behind_the_file_is_ignored() -> None:
    found = read(
        body(part("key", "a"), file(b"content"), part("acl", "public-read"), part("x", b"\xff" * 99_999))
    )
    assert found == ({"key": "a"}, "photo.jpg", b"content")


def test_a_form_has_one_file() -> None:
    assert refusal(body(part("key", "a"))).code == "IncorrectNumberOfFilesInPostRequest"
    assert refusal(body()).code == "IncorrectNumberOfFilesInPostRequest"
    two = body(part("key", "a"), file(b"one"), file(b"two"))
    assert refusal(two).code == "IncorrectNumberOfFilesInPostRequest"


def test_a_file_without_a_name_and_an_empty_one() -> None:
    assert read(form({"key": "a"}, b"content", filename=None)) == ({"key": "a"}, "", b"content")
    assert read(form({"key": "a"}, b"", filename="")) == ({"key": "a"}, "", b"")


def test_names_of_files() -> None:
    quoted = read(body(file(b"x", 'a \\"b\\"; c=d.txt')))
    assert quoted[1] == 'a "b"; c=d.txt'
    extended = (
        b"Content-Disposition: form-data; name=file; filename=plain.txt; filename*=utf-8''other.txt\r\n\r\nx"
    )
    assert read(body(extended))[1] == "plain.txt"


def test_of_a_repeated_field_the_first_counts() -> None:
    assert read(form([("key", "a"), ("KEY", "b")]))[0] == {"key": "a"}


def test_the_fields_before_the_file_are_bounded() -> None:
    largest = "x" * forms.LONGEST_FIELD
    assert read(form({"key": largest}))[0] == {"key": largest}
    error = refusal(form({"key": largest + "x"}))
    assert error.code == "MalformedPOSTRequest"
    assert "file" in str(error)
    many = [(f"field-{number}", "x" * 10_000) for number in range(100)]
    assert len(read(form(many))[0]) == 100
    assert refusal(form([*many, *((f"more-{number}", "") for number in range(20_000))])).code == (
        "MalformedPOSTRequest"
    )


def test_the_known_message() -> None:
    assert COS_ERRORS.resolve(refusal(b"x")).message == KNOWN


async def test_the_file_is_passed_on_as_it_arrives() -> None:
    sent = 0
    whole = form({"key": "a"}, b"x" * 1_000_000)

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        for start in range(0, len(whole), 1000):
            sent = start
            yield whole[start : start + 1000]

    found = await forms.read(CONTENT_TYPE, chunks())
    assert sent < 2000
    got = 0
    async for chunk in found.file():
        got += len(chunk)
        assert len(chunk) <= 1000
        assert sent - got < 3000
    assert got == 1_000_000

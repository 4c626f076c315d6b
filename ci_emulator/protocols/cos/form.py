"""A multipart/form-data body as it arrives: fields first, then one file, which is never whole in memory.

RFC 7578 and spec: cos.md section 4.3, POST form. The parts are told apart by `python_multipart`, which is fed bytes and
knows nothing of HTTP.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from ci_emulator.core.registry import KiB, MiB
from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.error_model import ApiError

#: The largest field before the file, and all of them together with the heads of their parts.
LONGEST_FIELD = 20 * KiB
MOST_BYTES = 1 * MiB

_FILE = "file"


@dataclass(frozen=True, slots=True)
class _Head:
    """The beginning of a part: its lower-case name and the bytes of its head."""

    name: str
    filename: str
    size: int


#: What happens in a form, in order: a part begins, has bytes, and ends (None).
_Event = _Head | bytes | None


@dataclass(frozen=True, slots=True)
class Form:
    """A form whose fields were read and whose file was not.

    `fields` are the fields before the file by lower-case name; of a repeated one the first counts. `filename` is what
    the client calls the file, "" when it does not say.
    """

    fields: dict[str, str]
    filename: str
    _events: AsyncIterator[_Event]

    async def file(self) -> AsyncIterator[bytes]:
        """Yield the file as it arrives, then read the rest, which is ignored.

        Raises:
            ApiError: MalformedPOSTRequest when the form has no end, IncorrectNumberOfFilesInPostRequest when there
                is another file behind this one.
        """
        async for event in self._events:
            if event is None:
                break
            if isinstance(event, bytes):
                yield event
        async for event in self._events:
            if isinstance(event, _Head) and event.name == _FILE:
                raise fail("IncorrectNumberOfFilesInPostRequest")


async def read(content_type: str | None, chunks: AsyncIterator[bytes]) -> Form:
    """Read a form up to its file.

    Args:
        content_type: the request's header as it came in.
        chunks: the body, cut anywhere.

    Raises:
        ApiError: MalformedPOSTRequest for a body that is no form, one whose fields are too large or not UTF-8;
            IncorrectNumberOfFilesInPostRequest when there is no file.
    """
    events = _events(_boundary(content_type), chunks)
    fields: dict[str, str] = {}
    name, value, total = "", b"", 0
    async for event in events:
        if isinstance(event, _Head):
            if event.name == _FILE:
                return Form(fields, event.filename, events)
            name, value, total = event.name, b"", total + event.size
        elif event is None:
            fields.setdefault(name, _text(value))
            continue
        else:
            value += event
            total += len(event)
        if len(value) > LONGEST_FIELD or total > MOST_BYTES:
            raise _malformed(
                f"The field {name} or all fields before the file are too large: at most {LONGEST_FIELD} bytes each "
                f"and {MOST_BYTES} together. The file must be in a field of the name file."
            )
    raise fail("IncorrectNumberOfFilesInPostRequest")


def _malformed(message: str | None = None) -> ApiError:
    return fail("MalformedPOSTRequest", message)


def _boundary(content_type: str | None) -> bytes:
    kind, options = parse_options_header((content_type or "").encode("utf-8", "surrogateescape"))
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not boundary or b"\r" in boundary or b"\n" in boundary:
        raise _malformed()
    return boundary


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise _malformed("A field of the form is not valid UTF-8.") from None


async def _events(boundary: bytes, chunks: AsyncIterator[bytes]) -> AsyncIterator[_Event]:
    """Yield what happens in a form; whatever is behind its end is read and dropped."""
    try:
        parts = _Parts(boundary)
        waiting: bytes | None = b""
        async for chunk in chunks:
            if waiting is not None:
                waiting += chunk
                found = _without_preamble(waiting, b"--" + boundary)
                if found is None:
                    continue
                waiting, chunk = None, found
            for event in parts.feed(chunk):
                yield event
    except FormParserError:
        raise _malformed() from None
    if not parts.ended:
        raise _malformed()


def _without_preamble(data: bytes, delimiter: bytes) -> bytes | None:
    """Return the data from the first delimiter on, None while there is none (RFC 2046 section 5.1.1).

    Raises:
        ApiError: MalformedPOSTRequest when there should have been one by now.
    """
    if data.startswith(delimiter):
        return data
    at = data.find(b"\r\n" + delimiter)
    if at >= 0:
        return data[at + 2 :]
    if len(data) > LONGEST_FIELD:
        raise _malformed()
    return None


class _Parts:
    """The parser's callbacks as a series of events."""

    def __init__(self, boundary: bytes) -> None:
        self.ended = False
        self._events: list[_Event] = []
        self._headers: dict[bytes, bytes] = {}
        self._name = b""
        self._value = b""
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._headers.clear,
                "on_header_field": self._on_name,
                "on_header_value": self._on_value,
                "on_header_end": self._on_header_end,
                "on_headers_finished": self._on_head,
                "on_part_data": self._on_data,
                "on_part_end": self._on_part_end,
                "on_end": self._on_end,
            },
        )

    def feed(self, chunk: bytes) -> Iterator[_Event]:
        """Yield what a chunk completes.

        Raises:
            FormParserError: this is no form.
            ApiError: MalformedPOSTRequest for a part without a name.
        """
        self._parser.write(chunk)
        happened, self._events = self._events, []
        yield from happened

    def _on_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header_end(self) -> None:
        self._headers.setdefault(self._name.lower(), self._value)
        self._name = self._value = b""

    def _on_head(self) -> None:
        kind, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        name = options.get(b"name")
        if kind != b"form-data" or not name:
            raise _malformed("A part of the form has no name.")
        size = sum(len(key) + len(value) for key, value in self._headers.items())
        self._events.append(_Head(_text(name).lower(), _text(options.get(b"filename", b"")), size))

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        self._events.append(data[start:end])

    def _on_part_end(self) -> None:
        self._events.append(None)

    def _on_end(self) -> None:
        self.ended = True

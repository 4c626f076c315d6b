"""What the pool and a worker say to each other: length-prefixed MessagePack over one socket pair.

A frame is a 4-byte big-endian length and one message. The pool opens with `Setup`, the worker answers `Hello`, and
from then on every `Call` is answered by exactly one of `Ok`, `Refused` and `Failed` with the same id.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator

import msgspec

_LENGTH = struct.Struct("!I")
_ENCODER = msgspec.msgpack.Encoder()

MAX_REPLY_BYTES = 64 * 1024 * 1024
"""Longest reply the pool believes; a longer one means that the worker's memory is damaged."""


class FrameError(Exception):
    """The other side sent something that is not a frame."""


class Setup(msgspec.Struct, frozen=True, array_like=True):
    """First message to a worker: the job modules to load and how to behave.

    `address_space` is RLIMIT_AS in bytes, or None for no limit.
    """

    modules: tuple[str, ...]
    warm: bool
    address_space: int | None


class Call(msgspec.Struct, frozen=True, array_like=True):
    """One job; `seconds` is its time limit and `request` the still encoded request of the job's type."""

    id: int
    name: str
    seconds: float
    request: msgspec.Raw


class Hello(msgspec.Struct, frozen=True, array_like=True, tag="hello"):
    """The worker is ready; `engines` maps each engine it can use to its version."""

    engines: dict[str, str]


class Ok(msgspec.Struct, frozen=True, array_like=True, tag="ok"):
    """The job's response, still encoded."""

    id: int
    response: msgspec.Raw


class Refused(msgspec.Struct, frozen=True, array_like=True, tag="refused"):
    """The job raised a `Refusal`; the fields are those of `core.errors.Refusal`."""

    id: int
    kind: str
    message: str | None
    facts: dict[str, str]


class Failed(msgspec.Struct, frozen=True, array_like=True, tag="failed"):
    """The job raised anything else; only the exception's class name travels, the traceback is in the log."""

    id: int
    error: str


Reply = Hello | Ok | Refused | Failed


def encode(message: object) -> bytearray:
    """Return `message` as one frame, written once into its final buffer."""
    frame = bytearray(_LENGTH.size)
    _ENCODER.encode_into(message, frame, _LENGTH.size)
    _LENGTH.pack_into(frame, 0, len(frame) - _LENGTH.size)
    return frame


def encode_call(number: int, name: str, seconds: float, request: msgspec.Struct) -> bytearray:
    """Return a `Call` as a frame; `request` is encoded in place, so a picture's bytes are copied once.

    Raises UnicodeEncodeError for text with lone surrogates.
    """
    return encode((number, name, seconds, request))


def encode_ok(number: int, response: msgspec.Struct) -> bytearray:
    """Return an `Ok` as a frame, with the response encoded in place."""
    return encode(("ok", number, response))


def read_frame(source: socket.socket) -> bytearray | None:
    """Read one message from a blocking socket; None when the other side has closed it.

    Raises OSError when the connection breaks.
    """
    head = _read_exactly(source, _LENGTH.size)
    return None if head is None else _read_exactly(source, _LENGTH.unpack(head)[0])


def _read_exactly(source: socket.socket, size: int) -> bytearray | None:
    buffer = bytearray(size)
    view = memoryview(buffer)
    while view:
        count = source.recv_into(view, 0, socket.MSG_WAITALL)
        if not count:
            return None
        view = view[count:]
    return buffer


class FrameSplitter:
    """Cuts a stream of bytes that arrives in arbitrary pieces into messages."""

    def __init__(self, limit: int = MAX_REPLY_BYTES) -> None:
        self._limit = limit
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield every message that `data` completes; raises FrameError for one longer than the limit."""
        self._buffer += data
        while len(self._buffer) >= _LENGTH.size:
            (size,) = _LENGTH.unpack_from(self._buffer)
            if size > self._limit:
                raise FrameError(f"a message of {size} bytes is longer than {self._limit}")
            end = _LENGTH.size + size
            if len(self._buffer) < end:
                return
            message = bytes(self._buffer[_LENGTH.size : end])
            del self._buffer[:end]
            yield message

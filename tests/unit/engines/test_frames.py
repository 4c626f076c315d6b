import socket
import threading

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_emulator.engines import frames


@given(st.lists(st.binary(max_size=300), max_size=8), st.integers(1, 50))
def test_messages_survive_any_cutting_of_the_stream(messages: list[bytes], piece: int) -> None:
    stream = b"".join(frames.encode(message) for message in messages)
    splitter = frames.FrameSplitter()
    pieces = [stream[start : start + piece] for start in range(0, len(stream), piece)]
    arrived = [msgspec.msgpack.decode(message) for piece in pieces for message in splitter.feed(piece)]
    assert arrived == messages


def test_a_message_over_the_limit_is_refused_by_its_length() -> None:
    with pytest.raises(frames.FrameError, match="4294967295 bytes"):
        list(frames.FrameSplitter().feed(b"\xff\xff\xff\xff"))
    assert list(frames.FrameSplitter(limit=3).feed(b"\0\0\0\3abc")) == [b"abc"]


def test_calls_and_answers_are_what_the_other_side_decodes() -> None:
    hello = frames.Hello({"zxing": "1"})
    call = msgspec.msgpack.decode(frames.encode_call(7, "ping", 1.5, hello)[4:], type=frames.Call)
    assert (call.id, call.name, call.seconds) == (7, "ping", 1.5)
    assert msgspec.msgpack.decode(call.request, type=frames.Hello) == hello
    reply = msgspec.msgpack.decode(frames.encode_ok(7, hello)[4:], type=frames.Reply)
    assert isinstance(reply, frames.Ok)
    assert msgspec.msgpack.decode(reply.response, type=frames.Hello) == hello


def test_a_blocking_reader_gets_whole_messages_and_then_the_end() -> None:
    ours, theirs = socket.socketpair()
    big = bytes(3_000_000)
    with ours, theirs:
        sender = threading.Thread(target=lambda: (ours.sendall(frames.encode(big)), ours.close()))
        sender.start()
        message = frames.read_frame(theirs)
        assert message is not None
        assert msgspec.msgpack.decode(message) == big
        assert frames.read_frame(theirs) is None
        sender.join()

"""The pool's end of the socket pair to a worker.

The event loop only says when the socket is ready. A stream transport would copy whatever the first write leaves over,
which for a picture of some megabytes costs the server more than all the rest of a job.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import Callable

from ci_emulator.engines.frames import FrameError, FrameSplitter

_READ_BYTES = 256 * 1024


class Channel:
    """Sends frames and delivers messages, without blocking, until either side closes.

    `on_message` gets each message and raises FrameError for one that makes no sense; `on_lost` is called once, when
    the channel has closed and every message before was delivered. Owns the socket.
    """

    def __init__(
        self, end: socket.socket, on_message: Callable[[bytes], None], on_lost: Callable[[], None]
    ) -> None:
        end.setblocking(False)  # noqa: FBT003 - the socket's own signature
        self._socket = end
        self._on_message = on_message
        self._on_lost = on_lost
        self._splitter = FrameSplitter()
        self._outgoing: deque[memoryview] = deque()
        self._open = True
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(end, self._read)

    def send(self, frame: bytearray) -> None:
        """Write a frame, now or when the worker takes more; it must not be changed any more.

        Once the worker is gone this does nothing.
        """
        if not self._open:
            return
        self._outgoing.append(memoryview(frame))
        if len(self._outgoing) == 1:
            self._write()
            if self._outgoing:
                self._loop.add_writer(self._socket, self._write)

    def close(self) -> None:
        """Close the socket, which ends the worker; closing again does nothing."""
        if not self._open:
            return
        self._open = False
        self._loop.remove_reader(self._socket)
        self._drop_outgoing()
        self._socket.close()
        self._on_lost()

    def _write(self) -> None:
        view = self._outgoing[0]
        try:
            sent = self._socket.send(view)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self._drop_outgoing()  # what the worker said before it went is still to be read
            return
        if sent < len(view):
            self._outgoing[0] = view[sent:]
            return
        self._outgoing.popleft()
        if not self._outgoing:
            self._loop.remove_writer(self._socket)

    def _drop_outgoing(self) -> None:
        self._outgoing.clear()
        self._loop.remove_writer(self._socket)

    def _read(self) -> None:
        try:
            data = self._socket.recv(_READ_BYTES)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if not data:
            self.close()
            return
        try:
            for message in self._splitter.feed(data):
                self._on_message(message)
        except FrameError:
            self.close()

"""What travels through the pipeline: a `Call` goes in, a `Reply` comes out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

if TYPE_CHECKING:
    from ci_emulator.core.registry import Action
    from ci_emulator.core.target import Target


class Body(Protocol):
    """A request body that nobody has read yet; the first read asks the client to send it (100-continue)."""

    @property
    def length(self) -> int | None:
        """The announced Content-Length in bytes; None when chunked or absent."""
        ...

    @property
    def chunked(self) -> bool:
        """Whether the body comes with Transfer-Encoding: chunked."""
        ...

    async def read(self, limit: int) -> bytes:
        """Return the whole body, byte for byte as sent.

        Raises:
            Refusal: BODY_TOO_LARGE over `limit` bytes (an announced length is refused unread), BODY_INCOMPLETE,
                BODY_TIMEOUT.
        """
        ...

    def chunks(self, limit: int) -> AsyncIterator[bytes]:
        """Yield the body as it arrives; refusals as in `read`."""
        ...


class Stream(Protocol):
    """A reply body that is sent as it is read."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    async def aclose(self) -> None:
        """Release what the stream holds."""
        ...


class Principal(msgspec.Struct, frozen=True):
    """Who asks: an account (APPID) by one of its keys; anonymous when `appid` is None.

    `user` is the uin of a sub-user, "" for the account itself, and `policy` the text of what that user may do. `session`
    is the text of the policy that a temporary key was issued with. Of a `temporary` key `session_name` is what its requester
    named it, and `role` the id of the role that was assumed with it.
    """

    appid: str | None
    secret_id: str = ""
    unchecked: bool = False
    user: str = ""
    policy: str | None = None
    session: str | None = None
    temporary: bool = False
    session_name: str = ""
    role: str = ""

    @property
    def anonymous(self) -> bool:
        """Whether the request carries no identity."""
        return self.appid is None and not self.unchecked


ANONYMOUS = Principal(None)


class Place(msgspec.Struct, frozen=True):
    """What a request is about, before anybody is asked whether it may.

    `service` is the part of the dialect that the host names (`cos`, `ci`, `pic`, `website`; for API 3.0 the
    product, `ocr`, or "" when the action alone says it; for OSS `custom-domain` on a host that nobody knows). `bucket` is the full name with APPID. `key` is decoded; None on a bucket, "" never occurs.
    """

    dialect: str
    service: str
    bucket: str | None = None
    key: str | None = None
    region: str | None = None

    @property
    def scope(self) -> str:
        """`service`, `bucket` or `object`."""
        if self.bucket is None:
            return "service"
        return "bucket" if self.key is None else "object"


#: What a call is about before anybody has looked.
_UNPLACED = Place("cos", "cos")


class Call(msgspec.Struct):
    """One request on its way through the pipeline; each stage fills in what it finds out.

    `received` is in unix seconds. `content` is the part of the body that was read for the signature, `envelope` what
    a dialect took out of the request before it knew the action. `diagnosis` is one line for the log: why it was refused.
    `secure` says that a trusted proxy got the request over HTTPS. `cross_origin` holds the rules for pages of other origins
    that were in force when the request came.
    """

    target: Target
    body: Body
    peer: str
    received: float
    request_id: str = ""
    place: Place = _UNPLACED
    action: Action | None = None
    principal: Principal = ANONYMOUS
    params: dict[str, Any] = {}
    content: bytes | None = None
    envelope: Any = None
    diagnosis: str = ""
    secure: bool = False
    cross_origin: Any = None


class Reply(msgspec.Struct):
    """An answer: status, headers in the order sent, and a body held in memory or streamed.

    `length` is the Content-Length of a stream, or of the representation that a HEAD reply describes.
    """

    status: int = 200
    headers: list[tuple[str, str]] = []
    body: bytes = b""
    stream: Stream | None = None
    length: int | None = None
    close: bool = False

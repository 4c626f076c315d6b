"""Bodies that are documents, and so are read whole: what the clouds have in common."""

from __future__ import annotations

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call


async def read_bounded(call: Call) -> bytes:
    """Return the body of a call, at most `max_body` bytes of its action.

    Raises:
        Refusal: those of `Body.read`; BODY_TOO_LARGE is what the action calls it, although a body that comes in chunks
            announces no length and turns out to be too long only now.
    """
    try:
        return await call.body.read(call.action.max_body if call.action else 0)
    except Refusal as refusal:
        if call.action is not None and refusal.kind is Kind.BODY_TOO_LARGE:
            raise call.action.too_large() from None
        raise

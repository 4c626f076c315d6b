"""Intelligent Media Management behind OSS: whether a bucket is bound to it, and how its refusals look (aliyun.md section 3.3)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.protocols.error_model import ApiError, fill
from ci_emulator.protocols.oss.error_table import IMM
from ci_emulator.protocols.oss.errors import EC_HEADER, fail
from ci_emulator.protocols.services import Services

FAILED, TOO_LARGE = "0056-00000001", "0056-00000002"

#: What it says about a picture, and the EC.
_SAID: dict[Kind, tuple[str, str]] = {
    Kind.IMAGE_EMPTY: ("the image is empty.", FAILED),
    Kind.IMAGE_UNREADABLE: ("unsupported image format, or the image is damaged.", FAILED),
    Kind.IMAGE_FORMAT_UNSUPPORTED: ("unsupported image format {format}.", FAILED),
    Kind.IMAGE_TOO_MANY_BYTES: ("the image has more than {limit} bytes.", TOO_LARGE),
    Kind.IMAGE_TOO_MANY_PIXELS: ("the image has too many pixels.", FAILED),
    Kind.IMAGE_TOO_FEW_PIXELS: ("the image has less than {limit} pixels a side.", FAILED),
    Kind.ENGINE_FAILED: ("the image cannot be processed.", FAILED),
    Kind.ENGINE_TIMEOUT: ("processing the image took too long.", FAILED),
}


def request_id(services: Services) -> str:
    """Return a UUID in upper case."""
    return services.ids.uuid().upper()


def check_bound(services: Services) -> None:
    """Refuse to ask it about objects of a bucket that is bound to no project.

    Raises:
        ApiError: Imm Client.
    """
    if services.config.imm_binding == "none":
        message = "The specified resource Attachment is not found."
        raise _refused(services, f"ResourceNotFound, {message}", FAILED)


@contextmanager
def refusing(services: Services) -> Iterator[None]:
    """Turn refusals of a picture into its own.

    Raises:
        ApiError: Imm Client, with a message of the form `<code>, <message> <request id>`.
    """
    try:
        yield
    except Refusal as refusal:
        if refusal.kind not in _SAID:
            raise
        said, ec = _SAID[refusal.kind]
        raise _refused(services, f"InvalidArgument, {fill(said, refusal.facts)}", ec) from refusal


def _refused(services: Services, message: str, ec: str) -> ApiError:
    return fail(IMM, f"{message} {request_id(services)}", headers={EC_HEADER: ec})

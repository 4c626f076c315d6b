"""What the listings of a bucket have in common (spec: cos.md section 4.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from ci_emulator.core.params import Param, choice, integer, text
from ci_emulator.operations.listing import Wanted
from ci_emulator.protocols.cos.errors import fail

ENCODING_TYPE = Param(
    "encoding-type",
    choice("", "url"),
    "`url`",
    default="",
    about="percent-encode the names in the answer",
)

#: The parameters of every listing but its markers and its size.
COMMON = (
    Param("prefix", text(), "string", default="", about="only keys that begin with it"),
    Param("delimiter", text(), "one character", default="", about="fold keys that share the text up to it"),
    ENCODING_TYPE,
)


def size(name: str) -> Param:
    """Return the parameter that says how many entries a page has."""
    return Param(name, integer(0, 1000), "integer", default=1000, about="how many entries a page has")


def wanted(params: dict[str, Any], size_name: str) -> Wanted:
    """Return what is to be listed.

    Raises:
        ApiError: InvalidDelimiter for one of several characters.
    """
    if len(params["delimiter"]) > 1:
        raise fail("InvalidDelimiter")
    return Wanted(params["prefix"], params["delimiter"], params[size_name])


def naming(params: dict[str, Any]) -> Callable[[str], str]:
    """Return the function that writes names as the client asks for them.

    Percent-encoded, `/` stays and a space is %20 (spec: cos.md section 0.8).
    """
    return _url if params["encoding-type"] else str


def account(appid: str) -> dict[str, str]:
    """Return the children of an entry's Owner, which unlike other owners is a plain APPID."""
    return {"ID": appid, "DisplayName": appid}


def _url(name: str) -> str:
    return quote(name, safe="/-_.~")

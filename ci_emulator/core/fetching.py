"""Fetching a URL that a caller gives, as actions see it; `wire/fetch.py` does it."""

from __future__ import annotations

from typing import Protocol


class FetchError(Exception):
    """A URL could not be fetched; the text is for the log."""


class TooLarge(FetchError):
    """What a URL holds is larger than it may be."""


class Fetcher(Protocol):
    """Fetches URLs under one policy."""

    async def fetch(self, url: str, *, limit: int, seconds: float, asked_of: str = "") -> bytes:
        """Return what a URL holds.

        Args:
            url: an http or https URL.
            limit: the most bytes.
            seconds: the most time, redirects included.
            asked_of: the authority by which the caller reached this server, so that a URL with the same one is known
                to be this server's whatever port is published.

        Raises:
            TooLarge: more than `limit` bytes.
            FetchError: anything else that keeps it from being fetched.
        """
        ...

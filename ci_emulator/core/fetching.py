"""Fetching a URL that a caller gives, as actions see it; `wire/fetch.py` does it."""

from __future__ import annotations

from typing import Protocol


class FetchError(Exception):
    """A URL could not be fetched; the text is for the log."""


class TooLarge(FetchError):
    """What a URL holds is larger than it may be."""


class Fetcher(Protocol):
    """Fetches URLs under one policy."""

    async def fetch(self, url: str, *, limit: int, seconds: float) -> bytes:
        """Return what a URL holds.

        Args:
            url: an http or https URL.
            limit: the most bytes.
            seconds: the most time, redirects included.

        Raises:
            TooLarge: more than `limit` bytes.
            FetchError: anything else that keeps it from being fetched.
        """
        ...

"""List the objects of a bucket page by page, folded at a delimiter."""

from __future__ import annotations

from dataclasses import dataclass

from ci_emulator.operations.records import OBJECTS, ObjectRecord, decode_object, object_id, objects_prefix
from ci_emulator.storage.base import Facts

_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a listing in UTF-8 byte order; `next_marker` is the last name on it when more follow."""

    objects: tuple[ObjectRecord, ...]
    prefixes: tuple[str, ...]
    next_marker: str | None


class Listing:
    """Lists objects out of the facts of a store."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    async def page(
        self, bucket: str, *, prefix: str = "", delimiter: str = "", marker: str = "", limit: int = 1000
    ) -> Page:
        """Return up to `limit` keys and common prefixes behind `marker` (exclusive).

        Keys that share what follows `prefix` up to the first `delimiter` are folded into one common prefix, which
        counts once (spec: cos.md section 4.1, GET Bucket).
        """
        within = object_id(bucket, prefix)
        after: bytes | None = object_id(bucket, marker) if marker else None
        if after is not None and delimiter and (folded := _fold(marker, prefix, delimiter)) == marker:
            # The marker is a common prefix of the page before: all that it stands for is behind us.
            after = _past(object_id(bucket, folded))
        objects: list[ObjectRecord] = []
        prefixes: list[str] = []
        last = ""
        while True:
            rows = await self._facts.scan(OBJECTS, prefix=within, after=after, limit=min(limit + 1, _BATCH))
            skipped = False
            for name, data in rows:
                if len(objects) + len(prefixes) >= limit:
                    return Page(tuple(objects), tuple(prefixes), last if limit else None)
                after = name
                key = name[len(objects_prefix(bucket)) :].decode()
                folded = _fold(key, prefix, delimiter)
                if folded is None:
                    objects.append(decode_object(data))
                    last = key
                    continue
                prefixes.append(folded)
                last = folded
                after = _past(object_id(bucket, folded))
                skipped = True
                break
            if not rows or (not skipped and len(rows) < min(limit + 1, _BATCH)):
                return Page(tuple(objects), tuple(prefixes), None)


def _fold(key: str, prefix: str, delimiter: str) -> str | None:
    """Return the common prefix that a key is folded into, or None."""
    if not delimiter or not key.startswith(prefix):
        return None
    at = key.find(delimiter, len(prefix))
    return None if at < 0 else key[: at + len(delimiter)]


def _past(name: bytes) -> bytes:
    """Return a key behind every key that begins with `name`, and before the next one (0xFF is not in UTF-8)."""
    return name + b"\xff"

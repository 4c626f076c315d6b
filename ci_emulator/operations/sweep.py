"""Find and remove orphans: blobs that no fact names, left behind by a process that was killed between the two.

Nobody waits for it, so it takes its time; and it takes nothing away that somebody may still need:

- a blob younger than `age` may be waiting for its fact, and so may one that `Content` knows to be in use;
- the parts of unfinished uploads are named by facts of their own, and stay;
- what is named moves (a completed part becomes a piece of an object, a version ceases to be the current one), so a
  walk over the facts in steps can miss it. What such a walk did not find is looked for once more in one transaction.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping

import msgspec

from ci_emulator.core.clock import Clock
from ci_emulator.operations.content import Content
from ci_emulator.operations.records import OBJECTS, PARTS, VERSIONS, Segment
from ci_emulator.storage.base import Facts, FactsReader

log = logging.getLogger("ci_emulator.objects")

#: Seconds from the start of the server to the first sweep, and from one sweep to the next.
FIRST_AFTER = 5.0
EVERY = 3600.0

#: Rows that are looked at in one step, and the seconds of rest after it.
_BATCH = 200
_REST = 0.005


class _Object(msgspec.Struct):
    """What names blobs in an `ObjectRecord`."""

    segments: tuple[Segment, ...] = ()


class _Part(msgspec.Struct):
    """What names a blob in a `PartRecord`."""

    segment: Segment


_decode_object = msgspec.msgpack.Decoder(_Object).decode
_decode_part = msgspec.msgpack.Decoder(_Part).decode

#: Every space whose records name blobs, and which ones a record names.
_NAMED: Mapping[str, Callable[[bytes], Iterable[str]]] = {
    PARTS: lambda data: (_decode_part(data).segment.blob,),
    OBJECTS: lambda data: (segment.blob for segment in _decode_object(data).segments),
    VERSIONS: lambda data: (segment.blob for segment in _decode_object(data).segments),
}


class Sweep:
    """The search for orphans in one store; `age` is in seconds."""

    def __init__(self, facts: Facts, content: Content, clock: Clock, age: float) -> None:
        self._facts = facts
        self._content = content
        self._clock = clock
        self._age = age

    async def repeat(self) -> None:
        """Sweep again and again until cancelled; a sweep that fails is only logged."""
        await asyncio.sleep(FIRST_AFTER)
        while True:
            try:
                removed = await self.run()
            except Exception:
                log.exception("the sweep failed; the next one is in %d seconds", EVERY)
            else:
                log.log(logging.INFO if removed else logging.DEBUG, "the sweep removed %d orphans", removed)
            await asyncio.sleep(EVERY)

    async def run(self) -> int:
        """Sweep once; return how many orphans were removed.

        Raises:
            Refusal: the store failed, or is shutting down.
        """
        orphans = await self._old()
        if orphans:
            await self._leave_out_named(orphans)
        if orphans:
            orphans -= await self._facts.transact(lambda transaction: _named_in(transaction, orphans))
        return await self._content.discard(orphans)

    async def _old(self) -> set[str]:
        """Return the blobs that are old enough, and not in use."""
        last = self._clock.now() - self._age
        found: set[str] = set()
        async for batch in self._content.survey():
            found.update(
                blob for blob, finished in batch if finished <= last and not self._content.in_use(blob)
            )
        return found

    async def _leave_out_named(self, blobs: set[str]) -> None:
        for space, names in _NAMED.items():
            after: bytes | None = None
            while blobs and (rows := await self._facts.scan(space, after=after, limit=_BATCH)):
                for _, data in rows:
                    blobs.difference_update(names(data))
                after = rows[-1][0]
                if len(rows) == _BATCH:
                    await asyncio.sleep(_REST)


def _named_in(reader: FactsReader, blobs: set[str]) -> set[str]:
    """Return which of some blobs any record names."""
    found: set[str] = set()
    for space, names in _NAMED.items():
        after: bytes | None = None
        while rows := reader.scan(space, after=after, limit=_BATCH):
            for _, data in rows:
                found.update(blob for blob in names(data) if blob in blobs)
            after = rows[-1][0]
    return found

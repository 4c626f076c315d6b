"""A queue that serves tenants in turn, so that one busy tenant cannot make the others wait behind it."""

from __future__ import annotations

from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class FairQueue(Generic[T]):
    """First in, first out inside a tenant; round-robin over the tenants that have something waiting."""

    def __init__(self) -> None:
        self._lanes: dict[str, deque[T]] = {}
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def push(self, tenant: str, item: T) -> None:
        """Append an item; a tenant that had none waiting joins the end of the round."""
        self._lanes.setdefault(tenant, deque()).append(item)
        self._size += 1

    def pop(self) -> T:
        """Take the oldest item of the tenant whose turn it is; IndexError when nothing waits."""
        if not self._lanes:
            raise IndexError("the queue is empty")
        tenant = next(iter(self._lanes))
        lane = self._lanes.pop(tenant)
        item = lane.popleft()
        if lane:
            self._lanes[tenant] = lane
        self._size -= 1
        return item

    def discard(self, tenant: str, item: T) -> bool:
        """Remove an item; returns whether it was waiting."""
        lane = self._lanes.get(tenant)
        if lane is None or item not in lane:
            return False
        lane.remove(item)
        self._shrunk(tenant)
        return True

    def displace(self, tenant: str) -> T | None:
        """Make room for one more item of `tenant`, at the cost of the tenant with the most waiting.

        Returns that tenant's newest item, removed; or None when `tenant` would then have as many waiting as the
        other, which means that it has its share already.
        """
        if not self._lanes:
            return None
        longest = max(self._lanes, key=lambda name: len(self._lanes[name]))
        if len(self._lanes[longest]) <= len(self._lanes.get(tenant, ())) + 1:
            return None
        item = self._lanes[longest].pop()
        self._shrunk(longest)
        return item

    def drain(self) -> list[T]:
        """Remove and return everything that waits."""
        items = [item for lane in self._lanes.values() for item in lane]
        self._lanes.clear()
        self._size = 0
        return items

    def _shrunk(self, tenant: str) -> None:
        self._size -= 1
        if not self._lanes[tenant]:
            del self._lanes[tenant]

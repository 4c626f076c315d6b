from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ci_emulator.core.clock import FixedClock
from ci_emulator.operations.buckets import Buckets
from ci_emulator.operations.content import Content
from ci_emulator.operations.objects import Objects
from ci_emulator.operations.records import BucketRecord
from ci_emulator.storage.base import Store
from ci_emulator.storage.disk import DiskStore
from ci_emulator.storage.memory import MemoryStore

BUCKET = BucketRecord(name="pictures-1250000000", owner="1250000000", region="ap-guangzhou", created=1.0)


@pytest.fixture(params=["memory", "disk"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    opened = await (MemoryStore.open() if request.param == "memory" else DiskStore.open(tmp_path / "data"))
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(1_700_000_000.0)


@pytest.fixture
async def buckets(store: Store) -> Buckets:
    made = Buckets(store.facts)
    await made.create(BUCKET, most=10)
    return made


@pytest.fixture
def objects(store: Store, clock: FixedClock) -> Objects:
    return Objects(store.facts, Content(store.blobs), clock)

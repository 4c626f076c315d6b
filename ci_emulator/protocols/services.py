"""What actions may use; made once by the composition root."""

from __future__ import annotations

from dataclasses import dataclass

from ci_emulator.auth.credentials import CredentialSource
from ci_emulator.config import Config
from ci_emulator.core.clock import Clock
from ci_emulator.core.fetching import Fetcher
from ci_emulator.core.ids import Ids
from ci_emulator.engines.workers import WorkerPool
from ci_emulator.operations.archives import Archives
from ci_emulator.operations.buckets import Buckets
from ci_emulator.operations.codes import Codes
from ci_emulator.operations.listing import Listing
from ci_emulator.operations.objects import Objects
from ci_emulator.operations.pictures import Pictures
from ci_emulator.operations.uploads import Uploads


@dataclass(frozen=True, slots=True)
class Services:
    """The capabilities of one running server."""

    config: Config
    clock: Clock
    ids: Ids
    credentials: CredentialSource
    buckets: Buckets
    objects: Objects
    uploads: Uploads
    listing: Listing
    codes: Codes
    pictures: Pictures
    archives: Archives
    fetcher: Fetcher
    pool: WorkerPool

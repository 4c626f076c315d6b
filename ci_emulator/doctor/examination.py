"""All that the doctor looks at, one after the other."""

from __future__ import annotations

import asyncio
import platform
from pathlib import Path

from ci_emulator import __version__
from ci_emulator.config import Config
from ci_emulator.doctor.port import examine_port
from ci_emulator.doctor.reading import examine_reading
from ci_emulator.doctor.report import Report, StoreFinding
from ci_emulator.operations.migrations import LAYOUT


def examine(config: Config) -> Report:
    """Try what a server with these settings would need; takes a second or two, and leaves nothing behind."""
    libraries, recognition = asyncio.run(examine_reading(config))
    return Report(
        version=__version__,
        python=platform.python_version(),
        platform=f"{platform.system()} {platform.machine()}",
        libraries=libraries,
        recognition=recognition,
        store=_examine_store(config),
        port=examine_port(config),
    )


def _examine_store(config: Config) -> StoreFinding:
    if config.store == "memory":
        return StoreFinding(kind="memory")
    # SQLite is loaded only where it is used, as in the server.
    from ci_emulator.storage.disk_examination import examine as examine_directory

    seen = examine_directory(Path(config.data_dir), LAYOUT)
    return StoreFinding(
        kind="disk",
        directory=config.data_dir,
        layout=seen.version,
        free_bytes=seen.free,
        used_by=seen.holder,
        problem=seen.problem,
    )

"""Which layout a data directory has: `layout.json` states it, and a directory of an older one is migrated.

The facts record their version too, in the transaction that migrates them. So a crash between that transaction and
`layout.json` does no harm: what the facts say counts, and the file is only behind.
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
from pathlib import Path

from ci_emulator.storage.base import Layout, StorageError
from ci_emulator.storage.disk_blobs import sync_directory
from ci_emulator.storage.disk_records import RecordsTransaction, fetch, roll_back

log = logging.getLogger("ci_emulator.storage")

_OURS = ("blobs", "facts.sqlite3", "tmp")
_RECORDED = ("layout", b"version")


def stated_version(root: Path, layout: Layout) -> int:
    """Return the version that `layout.json` states; a new directory is marked with this layout.

    Raises as `read_version` does.
    """
    version = read_version(root, layout)
    if version is None:
        _mark(root, layout.version)
        return layout.version
    return version


def read_version(root: Path, layout: Layout) -> int | None:
    """Return the version that `layout.json` states, None for a new directory; nothing is written.

    Raises:
        StorageError: a version that this layout cannot be made of, or a directory that is not one of ours.
        OSError: the file cannot be read or written.
    """
    try:
        text = (root / "layout.json").read_bytes()
    except FileNotFoundError:
        _refuse_foreign(root)
        return None
    version = _version_in(text)
    _check(root, version, layout)
    return version


def bring_up_to_date(root: Path, connection: sqlite3.Connection, stated: int, layout: Layout) -> None:
    """Migrate the facts to this layout if they are older, in one transaction, then mark the directory.

    Raises:
        StorageError: the facts are newer, or the migration failed; they are as before then.
        OSError: the mark cannot be written; the next opening makes up for it.
    """
    recorded = RecordsTransaction(connection).get(*_RECORDED)
    version = max(stated, int(recorded or b"0"))
    _check(root, version, layout)
    if version < layout.version:
        try:
            _migrate(connection, version, layout)
        except Exception as error:  # whatever is wrong with old facts, the directory cannot be used
            raise StorageError(
                f"data directory {root} could not be migrated from layout version {version} to {layout.version}:"
                f" {error.__cause__ or error}. It was left as it is."
            ) from error
        log.info("migrated %s from layout version %d to %d", root, version, layout.version)
    if stated < layout.version:
        _mark(root, layout.version)


def _migrate(connection: sqlite3.Connection, version: int, layout: Layout) -> None:
    fetch(connection, "BEGIN IMMEDIATE")
    transaction = RecordsTransaction(connection)
    try:
        for step in range(version, layout.version):
            layout.migrations[step](transaction)
        transaction.put(*_RECORDED, b"%d" % layout.version)
        fetch(connection, "COMMIT")
    finally:
        transaction.end()
        roll_back(connection)


def _check(root: Path, version: int, layout: Layout) -> None:
    if not layout.knows(version):
        oldest = next(known for known in range(1, layout.version + 1) if layout.knows(known))
        known = f"version {oldest}" if oldest == layout.version else f"versions {oldest} to {layout.version}"
        raise StorageError(
            f"data directory {root} has layout version {version or 'unknown'};"
            f" this server knows {known} only. It was left as it is."
        )


def _version_in(text: bytes) -> int:
    """Return the layout version that `layout.json` states, 0 when it states none."""
    try:
        document = json.loads(text)
    except ValueError:
        return 0
    version = document.get("version") if isinstance(document, dict) else None
    return version if type(version) is int else 0


def _refuse_foreign(root: Path) -> None:
    # tmp/ is emptied at every start: never take over one that somebody else made.
    foreign = [name for name in _OURS if (root / name).exists()]
    if foreign:
        raise StorageError(
            f"data directory {root} has no layout.json but already holds {', '.join(foreign)}: it is not a data"
            " directory of this server. It was left as it is; name an empty or a new directory."
        )


def _mark(root: Path, version: int) -> None:
    """State a version in `layout.json`, durably and in one step."""
    new = root / "layout.json.new"
    with new.open("wb") as file:
        file.write(json.dumps({"version": version}).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    new.rename(root / "layout.json")
    sync_directory(root)

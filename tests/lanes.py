"""Lanes: groups of tests that need a program which Python packages do not bring.

A test says what it needs with `require_lane`; where that is missing it is skipped, with what to install. With
REQUIRE_LANES=1, as on a build machine, every skipped test fails: what was not run has shown nothing. Only what cannot
apply to the machine at all (`not_applicable`) stays skipped.
"""

from __future__ import annotations

import os
from typing import NoReturn

import pytest

_NOT_APPLICABLE = "not applicable: "


def require_lane(name: str, present: bool, install: str) -> None:
    """Skip the test, or the module that is being imported, unless `present`; `install` says how to get it."""
    if not present:
        pytest.skip(f"lane {name}: {install}", allow_module_level=True)


def not_applicable(reason: str) -> NoReturn:
    """Skip what makes no sense on this machine whatever is installed there."""
    pytest.skip(_NOT_APPLICABLE + reason, allow_module_level=True)


def skips_fail() -> bool:
    """Tell whether a skipped test is a failure in this run."""
    return os.environ.get("REQUIRE_LANES") == "1"


def may_be_skipped(reason: str) -> bool:
    """Tell whether this reason is good even where skipped tests fail."""
    return reason.removeprefix("Skipped: ").startswith(_NOT_APPLICABLE)

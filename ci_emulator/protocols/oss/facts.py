"""What the conditions of policies see of an OSS call (condition keys of Resource Access Management)."""

from __future__ import annotations

from collections.abc import Mapping

from ci_emulator.core.clock import iso8601
from ci_emulator.core.model import Call


def facts(call: Call) -> Mapping[str, tuple[str, ...]]:
    """Return the values of condition keys; what the request does not have is not among them."""
    found = {
        "acs:currenttime": (iso8601(call.received),),
        "acs:securetransport": ("true" if call.secure else "false",),
    }
    if call.peer:
        found["acs:sourceip"] = (call.peer,)
    for name in ("prefix", "delimiter"):
        value = call.target.parameter(name)
        if value is not None:
            found[f"oss:{name}"] = (value,)
    return found

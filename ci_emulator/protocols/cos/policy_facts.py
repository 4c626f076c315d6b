"""What the conditions of policies see of a call (docs 436/46205, 436/46206, 598/10608)."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from ci_emulator.auth.policy_conditions import SUPPLIED
from ci_emulator.core.clock import iso8601
from ci_emulator.core.model import Call

#: The condition keys that a call may have; the engine of policies cannot evaluate others.
KNOWN = frozenset(key for key in SUPPLIED if key.startswith(("qcs:", "cos:")))

#: The condition keys that are query parameters.
_PARAMETERS = {
    key: key.removeprefix("cos:")
    for key in KNOWN
    if key in ("cos:prefix", "cos:delimiter", "cos:max-keys") or key.startswith("cos:response-")
}
_HEADERS = tuple(
    key.removeprefix("cos:") for key in KNOWN if key.startswith("cos:x-cos-") or key == "cos:content-type"
)


def facts(
    call: Call, headers: Mapping[str, str] | None = None, version: str | None = None
) -> Mapping[str, tuple[str, ...]]:
    """Return the values of condition keys; what the request does not have is not among them.

    Query parameters are percent-encoded as in a URL, since policies write them so: `cos:prefix` of `prefix=a/` is
    `a%2F`. Headers are as sent, an empty one counts as absent; `headers` are what takes their place, the fields of a form.
    `version` is the one that is asked about, None for the current one; what the query says need not be that: the source of
    a copy has a version of its own, so have the keys of a list, and a page of a website is never an old one.
    """
    sent = call.target.headers if headers is None else headers
    found = {
        "qcs:current_time": (iso8601(call.received),),
        "cos:secure-transport": ("true" if call.secure else "false",),
    }
    if call.peer:
        found["qcs:ip"] = (call.peer,)
    if call.body.length is not None:
        found["cos:content-length"] = (str(call.body.length),)
    for name in _HEADERS:
        header = sent.get(name)
        if header:
            found[f"cos:{name}"] = (header,)
    for key, name in _PARAMETERS.items():
        value = call.target.parameter(name)
        if value is not None:
            found[key] = (_encoded(value),)
    if version is not None:
        found["cos:versionid"] = (_encoded(version),)
    return found


def _encoded(value: str) -> str:
    return quote(value, safe="", errors="surrogateescape")

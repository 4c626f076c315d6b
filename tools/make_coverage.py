"""Write `docs/coverage.md`: every documented operation and what it does here; with `--check`, compare only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib import import_module

from generated import code, plain, run, table

from ci_emulator.control.dialect import REGISTRY as CONTROL
from ci_emulator.core.registry import Action
from ci_emulator.protocols.ci.catalogue import PICTURE_RULES, PROCESSES, Process
from ci_emulator.protocols.ci.rules import RULES
from ci_emulator.protocols.cos.operations_known import GROUPS, PICTURES, SERVICE_SWITCHES, Documented
from ci_emulator.protocols.cos.select import (
    MEANINGFUL_HEADERS,
    PICTURE_OPERATIONS,
    REGISTRY,
    Selector,
    refusal,
)
from ci_emulator.protocols.oss import select as oss_select
from ci_emulator.protocols.oss.actions.process import RUNS as PROCESS_RUNS
from ci_emulator.protocols.oss.image.catalogue import OPERATIONS as OSS_OPERATIONS
from ci_emulator.protocols.oss.select import REGISTRY as OSS
from ci_emulator.protocols.tencentcloud.registry import REGISTRY as API3

# The dialects' modules fill the registries by being imported.
for _dialect in ("cos", "tencentcloud", "oss"):
    import_module(f"ci_emulator.protocols.{_dialect}.dialect")

_HEAD = """\
# Coverage

Every documented operation, and what it does here:

- **carried out**: it does what the documentation says, under the name that follows; where that is in doubt,
  [leniencies](leniencies.md) says so
- **stored only**: what is set is kept and given back, and has no effect
- **refused**: it is answered with the code that follows, after the signature was checked, and changes nothing

"Allowed to" tells who may ask for it without any policy: the account that owns the bucket, and those to whom its ACL or the
object's grants it; [policies](features/policies.md) add to that and take away from it. "Document" is
the page in the documentation of product 436 on the international site. `KEY` is an object's key; on an IP address or on
localhost the bucket comes before it, see [addressing](addressing.md).

This page is made from the code by `python tools/make_coverage.py`.
"""

_PROCESS = "ci-process="
_OSS_PICTURES = oss_select.Selector("object", "GET", "x-oss-process")
_SCOPES = ("service", "bucket", "object")
_PATHS = {"service": "/", "bucket": "/", "object": "/KEY"}
_CI_HOSTS = {"service": "ci.…", "bucket": "BUCKET.ci.…"}
_ALLOWED = {
    "owner": "the owner",
    "create": "the APPID in the name",
    "read": "the owner, readers",
    "write": "the owner, writers",
    "read_acp": "the owner, READ_ACP",
    "write_acp": "the owner, WRITE_ACP",
    "none": "anybody",
    "deferred": "the owner, writers",
}


def page() -> str:
    """Return the page."""
    parts = [_HEAD, "## Object storage\n"]
    parts += (f"### {title}\n\n{operations(group)}" for title, group in GROUPS.items())
    return "\n".join([*parts, _cloud_infinite(), _api3(), _oss(), _control()])


def operations(group: Iterable[Documented]) -> str:
    """Return the table of some operations of COS hosts."""
    return table(("Operation", "Request", "Here", "Allowed to", "Document"), map(_operation, group))


def _operation(known: Documented) -> tuple[str, ...]:
    selector = Selector(known.scope, known.method, known.name, known.service)
    action = REGISTRY.find(selector)
    return (
        plain(known.title),
        request(known),
        here(action, refusal(selector).code),
        _ALLOWED[action.access] if action else "–",
        known.document or "–",
    )


def here(action: Action | None, refused_as: str) -> str:
    """Return what an operation does here."""
    if action is None:
        return f"refused: {refused_as}"
    return f"{'stored only' if action.stored_only else 'carried out'}: {action.name}"


def request(known: Documented) -> str:
    """Return how an operation is asked for."""
    if known.service == "dataset":
        return "hosts `APPID.…`"
    names = known.name.split("&") if known.name else []
    query = "".join(f"?{name}" for name in names if name not in MEANINGFUL_HEADERS)
    if known.scope == "object" and f"{known.name}/" in PICTURE_OPERATIONS:
        query += "/…"
    if known.service == "ci":
        path = known.name if known.name.startswith("/") else f"/{query}"
        return f"{code(f'{known.method} {path}')} on {code(_CI_HOSTS[known.scope])}"
    headers = [code(name) for name in names if name in MEANINGFUL_HEADERS]
    return " with ".join([code(f"{known.method} {_PATHS[known.scope]}{query}"), *headers])


def _cloud_infinite() -> str:
    carried_out = {
        selector.name.removeprefix(_PROCESS): action
        for selector, action in REGISTRY
        if selector.name.startswith(_PROCESS)
    }
    # What is carried out comes first.
    names = sorted(PROCESSES, key=lambda name: (name not in carried_out, name.lower()))
    processes = table(
        ("`ci-process`", "What it is for", "Request", "Here"),
        (
            (
                code(name),
                plain(PROCESSES[name].about),
                ", ".join(code(f"{method} {_PATHS[scope]}") for scope, method in PROCESSES[name].places),
                here(carried_out.get(name), _refused_process(name, PROCESSES[name])),
            )
            for name in names
        ),
    )
    return (
        f"## Cloud Infinite\n\n{processes}\n"
        "A value that is not in this list is refused as InvalidArgument, and so is one that is asked for on a bucket or an"
        " object when it is for the other; another method is refused as MethodNotAllowed.\n\n"
        f"### Pictures\n\n{operations(PICTURES)}\n"
        f"### Rules of `Pic-Operations`\n\n{_rules()}\n"
        "A rule that is not in this list is refused as InvalidPicOperations. Whatever a request with a refused rule names, nothing"
        " of it is stored.\n\n"
        f"### The hosts of Cloud Infinite\n\n{operations(SERVICE_SWITCHES)}\n"
        "Everything else on the hosts `BUCKET.ci.…`, `BUCKET.pic.…` and `ci.…` is refused as "
        f"{refusal(Selector('bucket', 'POST', '/jobs', service='ci')).code}: jobs, templates, queues, workflows, auditing.\n"
    )


def _refused_process(name: str, process: Process) -> str:
    scope, method = process.places[0]
    return refusal(Selector(scope, method, _PROCESS + name)).code


def _rules() -> str:
    named = [
        (code(name), plain(about), "carried out" if name in RULES else "refused: NotImplemented")
        for name, about in PICTURE_RULES.items()
    ]
    processes = [
        (code(_PROCESS + name), plain(process.about), "refused: NotImplemented")
        for name, process in PROCESSES.items()
        if process.also_rule
    ]
    return table(("Rule", "What it is for", "Here"), [*named, *processes])


def _oss() -> str:
    # Where x-oss-process means nothing it is refused, by actions of its own; what it may name is told below.
    listed = (entry for entry in OSS if "-process" not in entry[0].name or entry[0] == _OSS_PICTURES)
    done = sorted(listed, key=lambda entry: (_SCOPES.index(entry[0].scope), entry[0].name, entry[0].method))
    operations = table(
        ("Request", "Here", "Allowed to", "What it does"),
        (
            (_oss_request(selector), here(action, ""), _ALLOWED[action.access], plain(action.about))
            for selector, action in done
        ),
    )
    asked = {name for selector, _ in done for name in selector.name.split("&")}
    refused = ", ".join(code(f"?{name}") for name in oss_select.SUBRESOURCES if name not in asked)
    pictures = table(
        ("`x-oss-process=image/…`", "Here", "What it does"),
        (
            (
                code(name),
                "carried out" if name in PROCESS_RUNS else "refused: NotImplemented",
                plain(known.about),
            )
            for name, known in sorted(
                OSS_OPERATIONS.items(), key=lambda entry: (entry[0] not in PROCESS_RUNS, entry[0])
            )
        ),
    )
    return (
        f"## Alibaba Cloud OSS\n\n{operations}\nRefused by name as NotImplemented: {refused}, and uploads with a callback.\n\n"
        f"### Pictures in OSS\n\n{pictures}"
    )


def _oss_request(selector: oss_select.Selector) -> str:
    """Return how an operation of OSS is asked for."""
    names = selector.name.split("&") if selector.name else []
    query = "".join(f"?{name}" for name in names if name != oss_select.COPY)
    header = f" with {code(oss_select.COPY)}" if oss_select.COPY in names else ""
    return code(f"{selector.method} {_PATHS[selector.scope]}{query}") + header


def _api3() -> str:
    rows = [
        (code(f"{product} {name}"), here(action, ""), plain(action.about)) for (product, name), action in API3
    ]
    rows.append(("every other action of these products", "refused: InvalidAction", "–"))
    rows.append(("every other product", "refused: NoSuchProduct", "–"))
    return f"## API 3.0\n\n{table(('Action', 'Here', 'What it does'), rows)}"


def _control() -> str:
    rows = ((code(f"{method} {path}"), plain(action.about)) for (method, path), action in CONTROL)
    return f"## The emulator's own paths\n\n{table(('Request', 'What it does'), rows)}"


def main(argv: Sequence[str] | None = None) -> int:
    """Write the page, or compare it with `--check`; return the exit status."""
    return run("tools/make_coverage.py", {"coverage.md": page()}, argv)


if __name__ == "__main__":
    raise SystemExit(main())

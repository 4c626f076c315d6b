"""What the doctor found, and how it is told to a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

_MILLION = 1_000_000


class LibraryFinding(msgspec.Struct, frozen=True, kw_only=True):
    """One library that reads codes.

    `version` is None when it is absent; then `reason` says why and `install` how to get it. `milliseconds` is how long it
    took to read the test code; None when it did not, and `problem` says why.
    """

    name: str
    brings: str
    version: str | None = None
    reason: str | None = None
    install: str | None = None
    milliseconds: float | None = None
    problem: str | None = None


class RecognitionFinding(msgspec.Struct, frozen=True, kw_only=True):
    """The stages that are configured, together, in a process of their own as the server has it.

    `start_seconds` is how long that process took to start, `stages` says for every stage there is what it runs on or why
    it cannot.
    """

    readers: tuple[str, ...]
    stages: dict[str, str]
    start_seconds: float | None = None
    milliseconds: float | None = None
    problem: str | None = None


class StoreFinding(msgspec.Struct, frozen=True, kw_only=True):
    """Where objects would be kept; only `kind` says something about a store in memory."""

    kind: Literal["memory", "disk"]
    directory: str | None = None
    layout: int | None = None
    free_bytes: int | None = None
    used_by: str | None = None
    problem: str | None = None


class PortFinding(msgspec.Struct, frozen=True, kw_only=True):
    """The port: `served` means that an emulator answers there already, of version `served_by`."""

    port: int
    state: Literal["free", "served", "unusable"]
    served_by: str | None = None
    problem: str | None = None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was found."""

    version: str
    python: str
    platform: str
    libraries: tuple[LibraryFinding, ...]
    recognition: RecognitionFinding
    store: StoreFinding
    port: PortFinding

    @property
    def problems(self) -> list[str]:
        """What keeps a server from serving here; a library that is absent does not."""
        found = [self.recognition.problem, self.store.problem, self.port.problem]
        if self.store.used_by is not None and self.port.state != "served":
            found.append(f"{self.store.directory} is in use by another server (process {self.store.used_by})")
        return [problem for problem in found if problem is not None]

    def as_document(self) -> dict[str, object]:
        """Return the report for `--json`."""
        problems = self.problems
        return {"can_serve": not problems, "problems": problems, **msgspec.to_builtins(self)}


def as_text(report: Report) -> str:
    """Return the report for a person at a terminal."""
    lines = [f"ci-emulator {report.version}, Python {report.python}, {report.platform}", ""]
    for subject, texts in (
        ("readers", _libraries(report.libraries)),
        ("stages", _stages(report.recognition)),
        ("reading", _recognition(report.recognition)),
        ("store", _store(report.store)),
        ("port", _port(report.port)),
    ):
        lines += [f"{'' if number else subject:<9}{text}" for number, text in enumerate(texts)]
    problems = report.problems
    lines += ["", "The server can serve." if not problems else "The server cannot serve:"]
    return "\n".join([*lines, *(f"- {problem}" for problem in problems)])


def _libraries(libraries: tuple[LibraryFinding, ...]) -> Iterator[str]:
    for library in libraries:
        if library.version is None:
            yield f"{library.name:<10}absent: {library.reason}"
            yield f"{'':<10}it brings {library.brings}"
            yield f"{'':<10}to have it: {library.install}"
        elif library.problem is not None:
            yield f"{library.name:<10}{library.version}, but {library.problem}"
        else:
            yield f"{library.name:<10}{library.version}, read the test code in {library.milliseconds:.0f} ms"


def _stages(recognition: RecognitionFinding) -> Iterator[str]:
    running = [name for name in recognition.readers if _can_run(recognition, name)]
    passed_over = [name for name in recognition.readers if name not in running]
    yield ", ".join(running) or "none"
    if passed_over:
        yield f"passed over, because they need an absent reader: {', '.join(passed_over)}"


def _can_run(recognition: RecognitionFinding, stage: str) -> bool:
    return not recognition.stages[stage].startswith("absent: ")


def _recognition(recognition: RecognitionFinding) -> Iterator[str]:
    if recognition.milliseconds is None:
        yield "does not work"
        return
    yield f"the stages read the test code in {recognition.milliseconds:.0f} ms; their process starts in {recognition.start_seconds:.1f} s"


def _store(store: StoreFinding) -> Iterator[str]:
    if store.kind == "memory":
        yield "in memory: gone when the server ends"
        return
    state = "new" if store.layout is None else f"layout {store.layout}"
    if store.problem is not None:
        state = "cannot be used"
    free = f", {store.free_bytes // _MILLION} MB free" if store.free_bytes is not None else ""
    user = f", in use by process {store.used_by}" if store.used_by is not None else ""
    yield f"{store.directory}: {state}{free}{user}"


def _port(port: PortFinding) -> Iterator[str]:
    if port.state == "served":
        yield f"{port.port}: ci-emulator {port.served_by} serves there already"
    elif port.state == "free":
        yield f"{port.port}: free" if port.port else "0: any free one"
    else:
        yield f"{port.port}: cannot be used"

"""One declarative error table per dialect: the row, the lookup, and the exception that names a row.

A dialect declares its rows once (`protocols/<dialect>/error_table.py`); from them come the answers on the wire, the
code of every `Refusal` (`core/errors.py`) and the page `docs/errors.md`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from ci_emulator.core.errors import Kind, Refusal

OURS = "ours"
"""The `source` of a row that the real service does not document."""

_PLACEHOLDER = re.compile(r"\{([a-z_]+)(?:\|([^{}]*))?\}")
_LONGEST_FACT = 256


def placeholders(template: str) -> set[str]:
    """Return the names of the facts that `template` mentions as `{name}` or `{name|text when it is unknown}`.

    Raises `ValueError` for a brace that belongs to no placeholder.
    """
    if re.search(r"[{}]", _PLACEHOLDER.sub("", template)):
        raise ValueError(f"a stray brace in the message {template!r}")
    return {match[1] for match in _PLACEHOLDER.finditer(template)}


def fill(template: str, facts: Mapping[str, str]) -> str:
    """Fill the placeholders of `template`; a missing fact reads as its default or as `unknown`, never as an error.

    A fact may quote the caller, so a long one is shortened and braces inside it mean nothing.
    """

    def fact(match: re.Match[str]) -> str:
        text = facts.get(match[1])
        if text is None:
            return match[2] if match[2] is not None else "unknown"
        return text if len(text) <= _LONGEST_FACT else text[:_LONGEST_FACT] + "…"

    return _PLACEHOLDER.sub(fact, template)


def without_defaults(template: str) -> str:
    """Return the template with each placeholder as a plain `{name}`, for the documentation."""
    return _PLACEHOLDER.sub(r"{\1}", template)


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """One line of a dialect's error table.

    A code that is sent with several messages or statuses has several rows, told apart by `variant`; the row with an
    empty variant is the usual one.
    """

    code: str
    status: int
    message: str
    """The English message, with `{placeholders}`."""
    message_zh: str = ""
    """The Chinese message; empty where the service answers in English only."""
    kinds: tuple[Kind, ...] = ()
    """The refusals that are sent as this row."""
    source: str = OURS
    """Where the code and its status are documented."""
    note: str = ""
    """When it is sent, or what to know about it; for the documentation."""
    variant: str = ""
    known: tuple[str, ...] = ()
    """The languages (`en`, `zh`) whose text is known from the real service; the other texts are ours."""


class Resolved(NamedTuple):
    """What an exception becomes in one dialect: the row and the message as it is sent."""

    row: ErrorRow
    message: str


class Rendered(NamedTuple):
    """An error as it goes on the wire: HTTP status, headers in order, body."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class ApiError(Exception):
    """A refusal by dialect code, with a code of that dialect's own table.

    `message` replaces the row's text as it stands, `facts` fill the row's placeholders, `extra` holds further
    children of the error document in their order, `headers` further response headers.
    """

    def __init__(
        self,
        code: str,
        message: str | None = None,
        *,
        variant: str = "",
        facts: Mapping[str, object] | None = None,
        extra: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code
        self.message = message
        self.variant = variant
        self.facts: dict[str, str] = {name: str(value) for name, value in (facts or {}).items()}
        self.extra: dict[str, str] = dict(extra or {})
        self.headers: dict[str, str] = dict(headers or {})


class ErrorTable:
    """The rows of one dialect, found by code and by kind.

    Raises `ValueError` when two rows share code and variant, when a code has no usual row, when a message is not a
    valid template, or when a `Kind` is not mapped exactly once.
    """

    def __init__(self, rows: tuple[ErrorRow, ...]) -> None:
        self._rows = rows
        self._by_code = {(row.code, row.variant): row for row in rows}
        self._by_kind = {kind: row for row in rows for kind in row.kinds}
        self._check()

    def __iter__(self) -> Iterator[ErrorRow]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def row(self, code: str, variant: str = "") -> ErrorRow:
        """Return the row of a code; an unknown one is a mistake in the program: `KeyError`."""
        return self._by_code[code, variant]

    def for_kind(self, kind: Kind) -> ErrorRow:
        """Return the row that a refusal of this kind is sent as."""
        return self._by_kind[kind]

    def fail(
        self,
        code: str,
        message: str | None = None,
        /,
        *,
        variant: str = "",
        extra: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        **facts: object,
    ) -> ApiError:
        """Return the error to raise for a code of this table; an unknown code or variant is a `KeyError`."""
        self.row(code, variant)
        return ApiError(code, message, variant=variant, facts=facts, extra=extra, headers=headers)

    def resolve(self, error: Exception, *, chinese: bool = False) -> Resolved:
        """Return the row and the message for any exception.

        The words of an `ApiError` are those of the dialect and always kept. The words of a `Refusal` are English: a
        Chinese caller gets the row's Chinese text instead. What is neither, or an `ApiError` of another table, becomes
        the row of `Kind.INTERNAL` with that row's text: the words of an unexpected exception are not for the caller.
        """
        if isinstance(error, ApiError) and (error.code, error.variant) in self._by_code:
            row, said, facts = self.row(error.code, error.variant), error.message, error.facts
        elif isinstance(error, Refusal):
            row, facts = self.for_kind(error.kind), error.facts
            said = None if chinese and row.message_zh else error.message
        else:
            row, said, facts = self.for_kind(Kind.INTERNAL), None, {}
        template = row.message_zh if chinese and row.message_zh else row.message
        return Resolved(row, said or fill(template, facts))

    def _check(self) -> None:
        if len(self._by_code) != len(self._rows):
            raise ValueError(f"declared twice: {_repeated((row.code, row.variant) for row in self._rows)}")
        if lost := sorted({row.code for row in self._rows if (row.code, "") not in self._by_code}):
            raise ValueError(f"codes without a usual row: {lost}")
        kinds = [kind for row in self._rows for kind in row.kinds]
        if len(kinds) != len(self._by_kind):
            raise ValueError(f"kinds mapped twice: {_repeated(kinds)}")
        if unmapped := sorted(set(Kind) - set(kinds)):
            raise ValueError(f"kinds without a row: {unmapped}")
        for row in self._rows:
            if not row.message:
                raise ValueError(f"{row.code} has no message")
            if not placeholders(row.message_zh) <= placeholders(row.message):
                raise ValueError(f"{row.code}: the Chinese message mentions facts that the English one lacks")


def _repeated(items: Iterable[Hashable]) -> list[str]:
    return sorted(str(item) for item, count in Counter(items).items() if count > 1)

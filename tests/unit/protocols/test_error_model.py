"""The error table: what it refuses to be built of, and how an exception becomes a row and a message."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.protocols.error_model import ApiError, ErrorRow, ErrorTable, fill, placeholders

EVERY_KIND = ErrorRow("Anything", 500, "Something about {name|it}.", "关于 {name} 的事。", kinds=tuple(Kind))
OTHER = ErrorRow("Other", 400, "Other: {name}.")


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ((EVERY_KIND, OTHER, OTHER), "declared twice"),
        ((EVERY_KIND, replace(OTHER, kinds=(Kind.INTERNAL,))), "mapped twice.*internal"),
        ((replace(EVERY_KIND, kinds=tuple(Kind)[:-1]),), f"without a row.*{list(Kind)[-1].value}"),
        ((EVERY_KIND, replace(OTHER, variant="special")), "without a usual row.*Other"),
        ((EVERY_KIND, replace(OTHER, message="{unclosed")), "stray brace"),
        ((EVERY_KIND, replace(OTHER, message="{0}")), "stray brace"),
        ((EVERY_KIND, replace(OTHER, message_zh="{nobody}")), "facts that the English one lacks"),
        ((EVERY_KIND, replace(OTHER, message="")), "no message"),
    ],
)
def test_a_faulty_table_is_refused(rows: tuple[ErrorRow, ...], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        ErrorTable(rows)


def test_lookup() -> None:
    special = replace(OTHER, variant="special", status=401)
    table = ErrorTable((EVERY_KIND, OTHER, special))
    assert table.row("Other") is OTHER
    assert table.row("Other", "special") is special
    assert table.for_kind(Kind.KEY_MISSING) is EVERY_KIND
    assert list(table) == [EVERY_KIND, OTHER, special]
    assert len(table) == 3


def test_an_unknown_code_is_a_mistake_in_the_program() -> None:
    table = ErrorTable((EVERY_KIND,))
    with pytest.raises(KeyError):
        table.row("Nothing")
    with pytest.raises(KeyError):
        table.fail("Nothing")
    with pytest.raises(KeyError):
        table.fail("Anything", variant="nothing")


def test_placeholders_and_defaults() -> None:
    assert placeholders("{a} and {b_c|a default}") == {"a", "b_c"}
    assert fill("{a} and {b_c|a default}", {}) == "unknown and a default"
    assert fill("{a|}!", {}) == "!"
    assert fill("{a} and {b_c|a default}", {"a": "{b_c}", "b_c": "2", "more": "3"}) == "{b_c} and 2"


def test_a_long_fact_is_shortened() -> None:
    assert fill("{a}", {"a": "x" * 10_000}) == "x" * 256 + "…"


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["name", "limit", "x"]), st.text(st.characters())))
def test_filling_never_fails(facts: dict[str, str]) -> None:
    assert fill("<{name}|{limit|none}>", facts).startswith("<")


class TestResolve:
    table = ErrorTable((EVERY_KIND, OTHER))

    def test_api_error(self) -> None:
        assert self.table.resolve(self.table.fail("Other", name=3)) == (OTHER, "Other: 3.")

    def test_words_of_the_raiser_are_kept_as_they_stand(self) -> None:
        assert self.table.resolve(self.table.fail("Other", "No {name}!", name=3)) == (OTHER, "No {name}!")

    def test_refusal(self) -> None:
        assert self.table.resolve(Refusal(Kind.KEY_MISSING, name="k")).message == "Something about k."
        assert self.table.resolve(Refusal(Kind.KEY_MISSING, "Own words.")).message == "Own words."

    def test_a_chinese_caller_gets_chinese(self) -> None:
        refusal = Refusal(Kind.KEY_MISSING, "Own words.", name="k")
        assert self.table.resolve(refusal, chinese=True).message == "关于 k 的事。"
        assert self.table.resolve(self.table.fail("Other", name="k"), chinese=True).message == "Other: k."

    @pytest.mark.parametrize(
        "error", [ValueError("/secret/path"), ApiError("OtherTable", "words"), KeyError()]
    )
    def test_anything_else_is_internal_and_says_nothing(self, error: Exception) -> None:
        assert self.table.resolve(error) == (EVERY_KIND, "Something about it.")


def test_an_api_error_shows_its_code() -> None:
    assert str(ApiError("Some")) == "Some"
    assert str(ApiError("Some", "words")) == "Some: words"

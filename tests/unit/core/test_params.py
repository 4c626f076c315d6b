"""Declared parameters: what is taken, what is refused, and in which words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.params import Param, choice, integer, parse_params, text

WIDTH = Param("width", integer(1, 100), "integer", required=True)
MODE = Param("mode", choice("0", "1"), "text", default="0")
CONTENT = Param("content", text(min_length=1), "text")


def refusal(given: dict[str, str]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        parse_params((WIDTH, MODE, CONTENT), given)
    return caught.value


def test_values_and_defaults() -> None:
    given = {"width": "07", "content": "中 文", "unknown": "x"}
    assert parse_params((WIDTH, MODE, CONTENT), given) == {"width": 7, "mode": "0", "content": "中 文"}


def test_a_default_is_not_parsed() -> None:
    assert parse_params((Param("n", integer(1, 2), "integer", default=None),), {}) == {"n": None}


def test_a_required_parameter_is_missed_by_name() -> None:
    refused = refusal({"mode": "1"})
    assert (refused.kind, refused.facts) == (Kind.PARAMETER_MISSING, {"name": "width"})
    assert refused.message == "The parameter width is required."


@pytest.mark.parametrize(
    ("given", "name", "message"),
    [
        ({"width": ""}, "width", "The parameter width must be an integer."),
        ({"width": "1.5"}, "width", "The parameter width must be an integer."),
        ({"width": "1e1"}, "width", "The parameter width must be an integer."),
        ({"width": "١"}, "width", "The parameter width must be an integer."),
        ({"width": " 1"}, "width", "The parameter width must be an integer."),
        ({"width": "9" * 10_000}, "width", "The parameter width must be an integer."),
        ({"width": "0"}, "width", "The parameter width must be between 1 and 100."),
        ({"width": "-5"}, "width", "The parameter width must be between 1 and 100."),
        ({"width": "101"}, "width", "The parameter width must be between 1 and 100."),
        ({"width": "1", "mode": "2"}, "mode", "The parameter mode must be one of 0, 1."),
        ({"width": "1", "mode": ""}, "mode", "The parameter mode must be one of 0, 1."),
        ({"width": "1", "content": ""}, "content", "The parameter content must not be empty."),
        ({"width": "1", "content": "a\udcff"}, "content", "The parameter content must be valid UTF-8."),
    ],
)
def test_a_bad_value_is_refused_by_name(given: dict[str, str], name: str, message: str) -> None:
    refused = refusal(given)
    assert (refused.kind, refused.facts["name"], refused.message) == (Kind.PARAMETER_INVALID, name, message)


@settings(deadline=None)
@given(st.integers(-(10**18) + 1, 10**18 - 1))
def test_every_integer_in_range_is_taken(number: int) -> None:
    parse = integer(number, number)
    assert parse(str(number)) == number
    if number >= 0:
        assert parse(f"+{number}") == number


@settings(deadline=None)
@given(st.text())
def test_an_integer_or_a_value_error(value: str) -> None:
    try:
        number = integer(-10, 10)(value)
    except ValueError:
        return
    assert number in range(-10, 11)

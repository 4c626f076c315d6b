"""Wildcards against the ones of the standard library."""

import re
from fnmatch import fnmatchcase

from hypothesis import given, settings
from hypothesis import strategies as st

from ci_emulator.auth.policy_match import Wildcard

FEW = st.text(alphabet="ab*", max_size=12)


@given(FEW, st.text(alphabet="ab", max_size=12))
@settings(deadline=None, max_examples=500)
def test_stars_match_as_fnmatch_has_it(pattern, text):
    assert Wildcard.of(pattern).matches(text) is fnmatchcase(text, pattern)


@given(st.text(max_size=8), st.text(max_size=8))
@settings(deadline=None)
def test_nothing_but_the_star_is_special(pattern, text):
    expression = ".*".join(map(re.escape, pattern.split("*")))
    assert Wildcard.of(pattern).matches(text) is bool(re.fullmatch(expression, text, re.DOTALL))
    assert Wildcard.of(pattern).matches(pattern)


def test_a_hostile_pattern_takes_no_time():
    assert not Wildcard.of("*a" * 5_000 + "b").matches("a" * 50_000)

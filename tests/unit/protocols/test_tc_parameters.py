"""The parameters of an action: types in JSON, texts in queries and forms, lists of objects in both."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ci_emulator.core.params import Param, integer, text
from ci_emulator.protocols.error_model import ApiError
from ci_emulator.protocols.tencentcloud.envelope import Envelope, Scheme
from ci_emulator.protocols.tencentcloud.errors import TC_ERRORS
from ci_emulator.protocols.tencentcloud.parameters import INTEGER, ListParam, own_parameters

TAG = (Param("Key", text(), "string", required=True), Param("Value", text(), "string", default=""))
DECLARED = (
    Param("Name", text(), "string"),
    Param("Seconds", integer(1), INTEGER, default=7),
    ListParam("Tags", text(), "list", members=TAG),
)
NOTHING = {"Name": None, "Seconds": 7, "Tags": None}


def parsed(own: dict[str, Any], *, flat: bool = False) -> dict[str, Any]:
    scheme = Scheme.V1 if flat else Scheme.TC3
    return own_parameters(Envelope(scheme, {}, own=own, flat=flat), DECLARED)


@pytest.mark.parametrize(
    ("own", "flat", "more"),
    [
        ({}, False, {}),
        ({"Name": None, "Seconds": None, "Tags": None}, False, {}),
        ({"Name": "x", "Seconds": 5}, False, {"Name": "x", "Seconds": 5}),
        ({"Name": "x", "Seconds": "5"}, True, {"Name": "x", "Seconds": 5}),
        ({"Tags": []}, False, {"Tags": []}),
        (
            {"Tags": [{"Key": "a", "Value": "b"}, {"Key": "c"}]},
            False,
            {"Tags": [{"Key": "a", "Value": "b"}, {"Key": "c", "Value": ""}]},
        ),
        (
            {"Tags.1.Key": "c", "Tags.0.Value": "b", "Tags.0.Key": "a"},
            True,
            {"Tags": [{"Key": "a", "Value": "b"}, {"Key": "c", "Value": ""}]},
        ),
        (
            {f"Tags.{number}.Key": str(number) for number in range(12)},
            True,
            {"Tags": [{"Key": str(number), "Value": ""} for number in range(12)]},
        ),
    ],
)
def test_values(own: dict[str, Any], flat: bool, more: dict[str, Any]) -> None:
    assert parsed(own, flat=flat) == NOTHING | more


@pytest.mark.parametrize(
    ("own", "flat", "code", "says"),
    [
        ({"Seconds": "5"}, False, "InvalidParameter", "type of parameter `Seconds`"),
        ({"Seconds": 5.0}, False, "InvalidParameter", "type of parameter `Seconds`"),
        ({"Seconds": True}, False, "InvalidParameter", "type of parameter `Seconds`"),
        ({"Seconds": 0}, False, "InvalidParameter", "`Seconds` format"),
        ({"Seconds": 10**5000}, False, "InvalidParameter", "`Seconds` format"),
        ({"Seconds": "five"}, True, "InvalidParameter", "`Seconds` format"),
        ({"Name": 5}, False, "InvalidParameter", "type of parameter `Name`"),
        ({"Name": {}}, False, "InvalidParameter", "type of parameter `Name`"),
        ({"Name.0": "x"}, True, "InvalidParameter", "type of parameter `Name`"),
        ({"Name": "x", "Name.First": "y"}, True, "InvalidParameter", "`Name.First` format"),
        ({"Name.First": "y", "Name": "x"}, True, "InvalidParameter", "`Name` format"),
        ({"Tags": {"Key": "a"}}, False, "InvalidParameter", "type of parameter `Tags`"),
        ({"Tags": ["a"]}, False, "InvalidParameter", "type of parameter `Tags`"),
        ({"Tags": "a"}, True, "InvalidParameter", "type of parameter `Tags`"),
        ({"Tags.Key": "a"}, True, "InvalidParameter", "type of parameter `Tags`"),
        ({"Tags": [{"Key": 1}]}, False, "InvalidParameter", "type of parameter `Tags.0.Key`"),
        ({"Tags": [{"Value": "x"}]}, False, "MissingParameter", "`Tags.0.Key`"),
        ({"Tags": [{"Key": "a"}, {"Key": "b", "More": 1}]}, False, "UnknownParameter", "`Tags.1.More`"),
        ({"Tags.1.Key": "a"}, True, "InvalidParameter", "`Tags` invalid array format"),
        ({"Tags.0.Key": "a", "Tags.00.Key": "b"}, True, "InvalidParameter", "`Tags` invalid array format"),
        ({"Tags.0.Key": "a", "Tags.x.Key": "b"}, True, "InvalidParameter", "`Tags` invalid array format"),
        ({"Else": 1}, False, "UnknownParameter", "`Else`"),
        ({"Else.0.Key": "a"}, True, "UnknownParameter", "`Else`"),
    ],
)
def test_refusals(own: dict[str, Any], flat: bool, code: str, says: str) -> None:
    with pytest.raises(ApiError) as caught:
        parsed(own, flat=flat)
    row, message = TC_ERRORS.resolve(caught.value)
    assert row.code == code
    assert says in message


@settings(deadline=None)
@given(
    st.dictionaries(
        st.lists(st.sampled_from(["Tags", "Name", "0", "1", "Key", "", "x"]), min_size=1, max_size=12).map(
            ".".join
        ),
        st.text(max_size=3),
        max_size=6,
    )
)
def test_no_names_of_a_form_are_a_fault_of_the_server(own: dict[str, str]) -> None:
    with suppress(ApiError):
        assert parsed(own, flat=True).keys() == NOTHING.keys()

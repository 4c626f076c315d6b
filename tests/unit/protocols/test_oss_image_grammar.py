"""The text of `x-oss-process` taken apart, and what may stand where (spec: pictures.md section B.1)."""

import pytest

from ci_emulator.protocols.error_model import ApiError
from ci_emulator.protocols.oss.actions.process import RUNS
from ci_emulator.protocols.oss.errors import render
from ci_emulator.protocols.oss.image.catalogue import FAMILIES, OPERATIONS, check
from ci_emulator.protocols.oss.image.grammar import LONGEST, Segment, Step, parse


def refused(text, *, saving=False):
    """Return code, status and EC of the refusal of a text."""
    with pytest.raises(ApiError) as raised:
        check(parse(text), saving=saving)
    rendered = render(raised.value, host="h", request_id="r", head=False)
    return raised.value.code, rendered.status, dict(rendered.headers).get("x-oss-ec")


def test_operations_arguments_and_pipes_are_told_apart():
    assert parse("image/resize,w_100,m_fill/rotate,90|sys/saveas,o_YQ==,b_Yg") == (
        Segment("image", (Step("resize", ("w_100", "m_fill")), Step("rotate", ("90",)))),
        Segment("sys", (Step("saveas", ("o_YQ==", "b_Yg")),)),
    )


@pytest.mark.parametrize(
    "text",
    [
        "image/codes",
        "image/info",
        "image/average-hue",
        "image/resize,w_1/average-hue",
        "image/resize,w_1|image/crop,w_1",
        "image/crop,w_1,r_1",
        "style/small",
        "|".join(["image/resize,w_1"] * 5),
    ],
)
def test_what_is_documented_is_taken(text):
    check(parse(text), saving=False)


@pytest.mark.parametrize(
    ("text", "ec"),
    [
        ("", "0040-00000212"),
        ("image", "0040-00000212"),
        ("image/", "0040-00000212"),
        ("/codes", "0040-00000212"),
        ("image/codes/", "0040-00000212"),
        ("image//codes", "0040-00000212"),
        ("image/codes|", "0040-00000212"),
        ("image/,w_1", "0040-00000212"),
        ("image/Codes", "0040-00000213"),
        ("image/nothing", "0040-00000213"),
        ("IMAGE/codes", "0040-00000213"),
        ("codes/image", "0040-00000213"),
        ("image/codes,1", "0040-00000203"),
        ("image/info,", "0040-00000203"),
        ("image/average-hue,x_1", "0040-00000203"),
        ("image/rotate,90,200", "0040-00000203"),
        ("image/info/resize,w_1", None),
        ("image/resize,w_1/info", None),
        ("image/resize,w_1|image/info", None),
        ("image/codes/codes", None),
        ("image/codes|style/small", None),
        ("image/average-hue/resize,w_1", None),
        ("image/resize,w_1|sys/saveas,o_YQ", None),
        ("image/codes|sys/saveas,o_YQ", None),
        ("image/info," + "x" * LONGEST, "0017-00000288"),
    ],
)
def test_what_is_not_is_an_invalid_argument(text, ec):
    assert refused(text) == ("InvalidArgument", 400, ec)


def test_pipes_are_counted():
    assert refused("|".join(["image/resize,w_1"] * 6)) == ("TooManyPipes", 400, "0040-00000211")


def test_only_a_result_can_be_saved():
    check(parse("image/resize,w_1|sys/saveas,o_YQ"), saving=True)
    assert refused("sys/saveas,o_YQ", saving=True) == ("InvalidArgument", 400, None)


def test_the_catalogue_knows_what_is_carried_out():
    assert set(RUNS) < set(OPERATIONS)
    assert all(OPERATIONS[name].place != "any" for name in RUNS)
    assert "image" in FAMILIES

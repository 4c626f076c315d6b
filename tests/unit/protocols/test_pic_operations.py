"""The header `Pic-Operations` as a text: what it may be, and what is wrong with the others (spec: ci.md section 3.1)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.protocols.ci.catalogue import PICTURE_RULES, PROCESSES
from ci_emulator.protocols.ci.pic_operations import MOST_RULES, PicOperations, parse
from ci_emulator.protocols.ci.rules import MOST_STEPS, RULES
from ci_emulator.protocols.error_model import ApiError

BUCKET, KEY = "pictures-1250000000", "dir/source.png"
QR = "QRcode/cover/0"


def parsed(document: Any, key: str = KEY) -> PicOperations:
    text = document if isinstance(document, str) else json.dumps(document)
    return parse(text, BUCKET, key)


def refusal(document: Any) -> ApiError:
    with pytest.raises(ApiError) as raised:
        parsed(document)
    return raised.value


def of_rule(**rule: Any) -> dict[str, Any]:
    return {"rules": [{"rule": QR, "fileid": "x", **rule}]}


@pytest.mark.parametrize(
    ("sent", "information"),
    [
        ({}, False),
        ({"is_pic_info": 0}, False),
        ({"is_pic_info": 1}, True),
        ({"is_pic_info": "0"}, False),
        ({"is_pic_info": "1"}, True),
        ({"is_pic_info": 1.0}, True),
        ({"is_pic_info": None}, False),
        ({"is_pic_info": 1, "rules": None}, True),
        ({"is_pic_info": 1, "rules": []}, True),
        ({"is_pic_info": 0, "unknown": {"a": [1]}}, False),
    ],
)
def test_without_rules(sent: dict[str, Any], information: bool) -> None:
    operations = parsed(sent)
    assert (operations.information, operations.rules) == (information, ())
    assert operations.idle is not information


@pytest.mark.parametrize("value", ["true", True, False, 2, -1, "2", "", 0.5, [], {}, "1 ", 10**30])
def test_is_pic_info_is_0_or_1(value: object) -> None:
    error = refusal({"is_pic_info": value})
    assert (error.code, error.headers["X-ErrNo"]) == ("InvalidPicOperations", "-60998")
    assert "is_pic_info" in error.message


@pytest.mark.parametrize(
    "header",
    [
        "", "{", "[]", "null", '"text"', "0", "{} {}", "{'is_pic_info': 1}", '{"is_pic_info": 1,}', "\ufeff{}", '{"a": NaN}',
        '{"rules": {}}', '{"rules": "x"}', '{"rules": [null]}', '{"rules": [[]]}', '{"rules": [{}]}',
        '{"rules": [{"fileid": "x"}]}', '{"rules": [{"rule": 5}]}', '{"rules": [{"rule": null}]}',
        '{"rules": [{"rule": "QRcode/cover/0", "fileid": 5}]}', '{"rules": [{"rule": "QRcode/cover/0", "bucket": []}]}',
        '{"rules": [{"rule": "QRcode/cover/0", "fileid": "\\ud800"}]}', '{"rules": "\udcff"}', "\udc80",
        "[" * 50_000, '{"a": ' + "[" * 30_000 + "]" * 30_000 + "}", '{"rules": ' + '[{"rule":' * 10_000,
    ],
)  # fmt: skip
def test_what_is_no_header(header: str) -> None:
    error = refusal(header)
    assert (error.code, error.headers["X-ErrNo"]) == ("InvalidPicOperations", "-60998")
    assert error.message
    assert error.message.isprintable()


def test_five_rules_and_no_more() -> None:
    rule = {"rule": QR, "fileid": "x"}
    assert len(parsed({"rules": [rule] * MOST_RULES}).rules) == MOST_RULES == 5
    error = refusal({"rules": [rule] * 6})
    assert (error.code, error.headers["X-ErrNo"]) == ("InvalidPicOperations", "-60997")


@pytest.mark.parametrize(
    ("key", "fileid", "target"),
    [
        ("dir/source.png", "x.png", "dir/x.png"),
        ("dir/source.png", "/x.png", "x.png"),
        ("dir/source.png", "a/b.png", "dir/a/b.png"),
        ("dir/source.png", "/a/b.png", "a/b.png"),
        ("dir/source.png", "source.png", "dir/source.png"),
        ("dir/source.png", "/dir/source.png", "dir/source.png"),
        ("dir/source.png", "../x.png", "dir/../x.png"),
        ("dir/", "x.png", "dir/x.png"),
        ("source.png", "x.png", "x.png"),
        ("source.png", "目录/图 1+%.png", "目录/图 1+%.png"),
        ("a//b", "c", "a//c"),
    ],
)
def test_where_a_fileid_counts_from(key: str, fileid: str, target: str) -> None:
    (rule,) = parsed(of_rule(fileid=fileid), key).rules
    assert (rule.bucket, rule.key) == (BUCKET, target)


@pytest.mark.parametrize("fileid", ["/", "a/", "//", "/a/"])
def test_a_fileid_that_names_a_folder(fileid: str) -> None:
    assert refusal(of_rule(fileid=fileid)).code == "InvalidPicOperations"


@pytest.mark.parametrize(
    ("fileid", "kind"),
    [
        ("//x", Kind.KEY_INVALID),
        ("/\\x", Kind.KEY_INVALID),
        ("\x19", Kind.KEY_INVALID),
        ("/" + "k" * 851, Kind.KEY_TOO_LONG),
        ("k" * 847, Kind.KEY_TOO_LONG),
        ("/" + "图" * 284, Kind.KEY_TOO_LONG),
    ],
)
def test_a_fileid_that_is_no_key(fileid: str, kind: Kind) -> None:
    with pytest.raises(Refusal) as raised:
        parsed(of_rule(fileid=fileid))
    assert raised.value.kind is kind


def test_the_longest_fileid() -> None:
    assert parsed(of_rule(fileid="k" * 846)).rules[0].key == "dir/" + "k" * 846


@pytest.mark.parametrize("absent", [{}, {"fileid": None}, {"fileid": ""}])
def test_without_a_fileid(absent: dict[str, Any]) -> None:
    (rule,) = parsed({"rules": [{"rule": QR, **absent}]}).rules
    assert rule.key is None
    for changing in ("QRcode/cover/1", f"{QR}|QRcode/cover/1"):
        error = refusal({"rules": [{"rule": changing, **absent}]})
        assert error.code == "InvalidPicOperations"
        assert "fileid" in error.message


@pytest.mark.parametrize(
    ("bucket", "meant"),
    [(None, BUCKET), ("", BUCKET), (" ", BUCKET), (" other-1250000000 ", "other-1250000000")],
)
def test_the_bucket_of_a_result(bucket: str | None, meant: str) -> None:
    assert parsed(of_rule(bucket=bucket)).rules[0].bucket == meant


@pytest.mark.parametrize(
    "bucket", ["other", "OTHER-1250000000", "-1250000000", "a/b-1", "a.b-1", "other-x", "图-1", "a-1\n-2"]
)
def test_a_bucket_that_can_be_none(bucket: str) -> None:
    assert refusal(of_rule(bucket=bucket)).code == "InvalidPicOperations"


DEFAULTS = {"cover": "0", "bar-type": "0", "segment": "0", "size": 1000}


@pytest.mark.parametrize(
    ("rule", "options"),
    [
        ("QRcode", {}),
        ("QRcode/", {}),
        ("QRcode/cover/1", {"cover": "1"}),
        ("QRcode/cover/1/", {"cover": "1"}),
        ("  QRcode/cover/1 ", {"cover": "1"}),
        (
            "QRcode/cover/1/bar-type/2/segment/1/size/500",
            {"cover": "1", "bar-type": "2", "segment": "1", "size": 500},
        ),
        ("QRcode/size/2000/segment/1/cover/0", {"segment": "1", "size": 2000}),
        ("QRcode/cover/0/segmente/1", {"segment": "1"}),
        ("QRcode/cover/1/cover/0", {"cover": "1"}),
    ],
)
def test_the_grammar_of_qrcode(rule: str, options: dict[str, Any]) -> None:
    (step,) = parsed(of_rule(rule=rule)).rules[0].steps
    assert (step.name, step.options) == ("QRcode", DEFAULTS | options)
    assert step.changes is (step.options["cover"] == "1")


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("QRcode/cover", "no value"),
        ("QRcode/cover/1/bar-type", "no value"),
        ("QRcode//cover/1", "no value"),
        ("QRcode/colour/1", "no parameter colour"),
        ("QRcode/cover/2", "cover"),
        ("QRcode/cover/01", "cover"),
        ("QRcode/cover/ 1", "cover"),
        ("QRcode/bar-type/3", "bar-type"),
        ("QRcode/segment/yes", "segment"),
        ("QRcode/segment/1/size/499", "size"),
        ("QRcode/segment/1/size/x", "size"),
        ("qrcode/cover/1", "no rule qrcode"),
        ("rotate/90", "no rule rotate"),
        ("", "name of a rule"),
        (" ", "name of a rule"),
        ("/QRcode/cover/1", "name of a rule"),
        ("|", "name of a rule"),
        (f"{QR}|", "name of a rule"),
        ("图/1", "name of a rule"),
        ("ci-process=", "name of a rule"),
        ("ci-process=QRcode&cover=1", "no rule ci-process=QRcode"),
        ("ci-process=Unheard", "no rule ci-process=Unheard"),
        ("|".join([QR] * (MOST_STEPS + 1)), "11 steps"),
    ],
)
def test_a_rule_that_is_none(rule: str, told: str) -> None:
    error = refusal(of_rule(rule=rule))
    assert (error.code, error.headers["X-ErrNo"]) == ("InvalidPicOperations", "-60998")
    assert told in error.message


def test_steps_in_a_chain() -> None:
    (rule,) = parsed(of_rule(rule=f"{QR} | QRcode/cover/1")).rules
    assert [step.changes for step in rule.steps] == [False, True]
    assert len(parsed(of_rule(rule="|".join([QR] * MOST_STEPS))).rules[0].steps) == MOST_STEPS


UNDONE = sorted(PICTURE_RULES.keys() - RULES.keys())
PROCESSES_UNDONE = sorted(name for name, process in PROCESSES.items() if process.also_rule)


@pytest.mark.parametrize(
    ("rule", "named"),
    [
        *((f"{name}/a/1", name) for name in UNDONE),
        *((f"{QR}|{name}/a/1", name) for name in UNDONE),
        *((f"ci-process={name}&a=1", name) for name in PROCESSES_UNDONE),
    ],
)
def test_a_rule_that_is_known_and_not_carried_out(rule: str, named: str) -> None:
    error = refusal(of_rule(rule=rule))
    assert error.code == "NotImplemented"
    assert named in error.message


def test_what_is_not_carried_out_is_most_of_it() -> None:
    assert {"imageMogr2", "imageView2", "watermark", "style"} <= set(UNDONE)
    assert "ImageTargetRec" in PROCESSES_UNDONE


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["is_pic_info", "rules", "rule", "fileid", "bucket"]), inner)
    ),
    max_leaves=12,
)


@given(
    st.fixed_dictionaries(
        {
            "rules": st.lists(
                st.fixed_dictionaries(
                    {"rule": st.text() | st.just(QR)}, optional={"fileid": st.text(), "bucket": JSON}
                ),
                max_size=6,
            )
        },
        optional={"is_pic_info": JSON},
    )
    | JSON
)
def test_anything_else_is_refused_as_documented(document: Any) -> None:
    codes = {"InvalidPicOperations", "NotImplemented", Kind.KEY_INVALID, Kind.KEY_TOO_LONG}
    refused: object = None
    try:
        operations = parsed(json.dumps(document))
    except ApiError as error:
        refused = error.code
    except Refusal as error:
        refused = error.kind
    else:
        assert len(operations.rules) == len(document.get("rules") or [])
    assert refused is None or refused in codes

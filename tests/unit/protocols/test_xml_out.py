"""Documents as text are what a tree of the same elements would be written as."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from ci_emulator.protocols import xml

XSI = "http://www.w3.org/2001/XMLSchema-instance"
NAMES = st.sampled_from(("Key", "Owner", "Contents", "A"))
TEXTS = st.text() | st.sampled_from(("", "a&b<c>d", "x\ry\tz\n", "\x00\x1f\ufffe", "中文"))
LEAVES = st.none() | st.integers() | TEXTS
CONTENTS = st.recursive(
    LEAVES | st.builds(xml.Typed, st.just("Group"), st.dictionaries(NAMES, LEAVES, max_size=2)),
    lambda inner: (
        st.dictionaries(NAMES, inner, max_size=3)
        | st.lists(st.dictionaries(NAMES, inner, max_size=3), max_size=3)
    ),
    max_leaves=12,
)


def grow(parent: Any, name: str, content: Any) -> None:
    if isinstance(content, list):
        for item in content:
            grow(parent, name, item)
        return
    if isinstance(content, xml.Typed):
        child = etree.SubElement(parent, name, {f"{{{XSI}}}type": content.type}, nsmap={"xsi": XSI})
        content = content.children
    else:
        child = etree.SubElement(parent, name)
    if isinstance(content, dict):
        for inner, value in content.items():
            grow(child, inner, value)
    elif content is not None:
        child.text = xml.printable(str(content))


@given(st.dictionaries(NAMES, CONTENTS, max_size=4))
def test_a_document_is_what_a_tree_is_written_as(children: dict[str, Any]) -> None:
    root = etree.Element("Root")
    for name, content in children.items():
        grow(root, name, content)
    expected = etree.tostring(root, encoding="utf-8")
    assert xml.document("Root", children, declaration=False) == expected
    assert xml.document("Root", list(children.items()), declaration=False) == expected


@given(TEXTS)
def test_a_text_is_read_back_as_it_was(text: str) -> None:
    written = xml.document("Root", {"Key": text})
    assert (etree.fromstring(written).findtext("Key") or "") == xml.printable(text)


@pytest.mark.parametrize(
    ("content", "expected"), [("", b"<Root></Root>"), ({}, b"<Root/>"), ([], b"<Root/>")]
)
def test_an_empty_root(content: Any, expected: bytes) -> None:
    assert xml.document("Root", content, declaration=False) == expected

"""What is read of a document: texts are texts, with nothing in them."""

import pytest

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.protocols import xml_in


@pytest.mark.parametrize(
    ("inside", "text"),
    [("", ""), (" a ", " a "), ("a<!-- b -->c<?d e?>f", "acf"), ("<![CDATA[<x/>]]>", "<x/>")],
)
def test_a_text(inside, text):
    root = xml_in.parse(f"<R><K>{inside}</K></R>".encode(), "R")
    assert root.need("K") == text.strip()
    child = root.child("K")
    assert child is not None
    assert child.text == text


@pytest.mark.parametrize("inside", ["<x/>", "a<x/>", "<x>a</x>", "a<x/>b"])
@pytest.mark.parametrize(
    "read", [lambda root: root.need("K"), lambda root: root.value("K"), lambda root: root.child("K").text]
)
def test_a_text_with_elements_in_it_is_none(inside, read):
    root = xml_in.parse(f"<R><K>{inside}</K></R>".encode(), "R")
    with pytest.raises(Refusal) as refused:
        read(root)
    assert refused.value.kind is Kind.XML_MALFORMED

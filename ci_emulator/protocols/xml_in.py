"""XML documents in: no entities, no network, no huge trees; anything else is malformed."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from decimal import Decimal

from lxml import etree

from ci_emulator.core.errors import Kind, Refusal

_DEEPEST = 32


class Node:
    """An element of a parsed document; names are compared without their namespace."""

    def __init__(self, element: etree._Element) -> None:
        self._element = element

    @property
    def name(self) -> str:
        """The element's name."""
        return etree.QName(self._element).localname

    @property
    def text(self) -> str:
        """The element's own text, blanks at its ends included; "" when there is none.

        Raises:
            Refusal: XML_MALFORMED when there are elements in it: what is before the first of them is not what was meant.
        """
        if len(self._element):
            raise Refusal(Kind.XML_MALFORMED)
        return self._element.text or ""

    def attribute(self, name: str) -> str | None:
        """Return an attribute by its name without a namespace."""
        return next(
            (str(value) for key, value in self._element.items() if etree.QName(key).localname == name), None
        )

    def children(self, name: str | None = None) -> Iterator[Node]:
        """Yield the child elements, or those of a name, in order."""
        for child in self._element.iterchildren(tag=etree.Element):
            node = Node(child)
            if name is None or node.name == name:
                yield node

    def child(self, name: str) -> Node | None:
        """Return the first child of a name."""
        return next(self.children(name), None)

    def value(self, name: str) -> str | None:
        """Return the text of the first child of a name, without blanks at its ends.

        Raises:
            Refusal: XML_MALFORMED, as `text`.
        """
        child = self.child(name)
        return child.text.strip() if child is not None else None

    def plain(self) -> etree._Element:
        """Return a copy of the element's tree in which nothing has a namespace."""
        root = copy.deepcopy(self._element)
        for element in root.iter(etree.Element):
            element.tag = etree.QName(element).localname
            for name in [name for name in element.attrib if str(name).startswith("{")]:
                del element.attrib[name]
        etree.cleanup_namespaces(root)
        root.tail = None
        return root

    def to_text(self) -> str:
        """Return the element as a document without declaration and namespaces, otherwise as it was sent."""
        return etree.tostring(self.plain(), encoding="unicode")

    def need(self, name: str) -> str:
        """Return the text of a child that must be there.

        Raises:
            Refusal: XML_MALFORMED.
        """
        value = self.value(name)
        if value is None:
            raise Refusal(Kind.XML_MALFORMED)
        return value


def parse(body: bytes, root: str) -> Node:
    """Parse a document whose root element has a name.

    Raises:
        Refusal: XML_MALFORMED for what is not well-formed, holds a DTD, is nested too deep, or has another root;
            BODY_MISSING for an empty body.
    """
    if not body.strip():
        raise Refusal(Kind.BODY_MISSING)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        element = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Refusal(Kind.XML_MALFORMED) from None
    if element.getroottree().docinfo.internalDTD is not None or _depth(element) > _DEEPEST:
        raise Refusal(Kind.XML_MALFORMED)
    node = Node(element)
    if node.name != root:
        raise Refusal(Kind.XML_MALFORMED)
    return node


def integer(text: str) -> int:
    """Return an integer as XML Schema writes it; `int` takes no more than 4300 digits, zeros ahead of others included.

    Raises:
        decimal.InvalidOperation: it is none.
    """
    return int(Decimal(text.strip()))


def _depth(root: etree._Element) -> int:
    deepest = depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
    return deepest

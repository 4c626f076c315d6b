"""Which actions say that their body is an XML document."""

from __future__ import annotations

import inspect

import pytest

from ci_emulator.core.errors import Kind
from ci_emulator.core.registry import Action
from ci_emulator.protocols.cos import dialect, select

ACTIONS = dict(select.REGISTRY)

# The dialect imports every action.
assert dialect.CosDialect.name == "cos"

#: What a function that reads an XML document calls; bodies of another kind are read in other ways.
_READERS = ("read_xml(", ".parse(await documents.read(", "acl.requested(", "row.parse(body)", "_zones(await ")


def reads_xml(action: Action) -> bool:
    text = inspect.getsource(action.run)
    return any(reader in text for reader in _READERS)


@pytest.mark.parametrize("selector", ACTIONS, ids=lambda s: f"{s.scope}-{s.method}-{s.name}-{s.service}")
def test_an_action_takes_xml_when_it_reads_xml(selector: select.Selector) -> None:
    action = ACTIONS[selector]
    assert (action.takes == "xml") == reads_xml(action)
    wanted = Kind.XML_TOO_LARGE if reads_xml(action) else Kind.BODY_TOO_LARGE
    refusal = action.too_large()
    assert (refusal.kind, refusal.facts) == (wanted, {"limit": str(action.max_body)})

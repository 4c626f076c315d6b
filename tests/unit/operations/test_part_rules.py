"""What a cloud demands of the parts of an object, which is not what another one does."""

import pytest

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.operations.records import PartRecord, Segment
from ci_emulator.operations.uploads import Listed, PartRules, _chosen


def _stored(**sizes):
    return {
        int(name[1:]): PartRecord(
            number=int(name[1:]), segment=Segment(name, size), etag=name, crc64=0, modified=0.0
        )
        for name, size in sizes.items()
    }


STORED = _stored(p2=10, p5=9, p9=1)
LISTED = [Listed(2, "p2"), Listed(5, "p5"), Listed(9, "p9")]


@pytest.mark.parametrize(
    ("rules", "listed", "kind"),
    [
        (PartRules(9, gapless=False), LISTED, None),
        (PartRules(10, gapless=False), LISTED, Kind.PART_TOO_SMALL),
        (PartRules(10, gapless=False), LISTED[:2], None),
        (PartRules(9), LISTED, Kind.PART_INVALID),
        (PartRules(9, gapless=False), LISTED[::-1], Kind.PART_ORDER),
        (PartRules(9, gapless=False), [LISTED[0], LISTED[0]], Kind.PART_ORDER),
        (PartRules(9, gapless=False), [Listed(2, "p5")], Kind.PART_INVALID),
        (PartRules(9, gapless=False), [Listed(3, "p3")], Kind.PART_INVALID),
        (PartRules(9, gapless=False), [], Kind.PART_INVALID),
    ],
)
def test_rules_for_parts(rules, listed, kind):
    if kind is None:
        assert [part.number for part in _chosen(listed, STORED, rules)] == [one.number for one in listed]
    else:
        with pytest.raises(Refusal) as raised:
            _chosen(listed, STORED, rules)
        assert raised.value.kind == kind

"""The same pictures through QrcodeOCR, `?ci-process=QRcode` and `x-oss-process=image/codes`: the same codes in one order.

OSS tells the first five, and of each an upright box: exactly the one around the corners that the others tell.
"""

from __future__ import annotations

import json

import pytest
from recognised_codes import recognise
from sdk_clients import APPID
from test_qrcode_both_apis import DRAWN, NOWHERE, by_ocr, in_xml

MOST = 5


def by_oss(client, key):
    """What image/codes says: (text, (left, top, right, bottom))."""
    answer = json.loads(client.get_object(key, process="image/codes").read())
    return [(code["Content"], edges(code["Boundary"])) for code in answer["Codes"]]


def edges(box):
    left, top = box["Left"], box["Top"]
    return left, top, left + box["Width"], top + box["Height"]


def around(points):
    across, down = zip(*points, strict=True)
    return min(across), min(down), max(across), max(down)


@pytest.mark.parametrize("name", DRAWN)
def test_all_dialects_say_the_same(emulator, cos, bucket, make_oss, name):
    cos.put_object(Bucket=bucket, Key="picture", Body=DRAWN[name])
    by_ci = recognise(cos, bucket, "picture")
    asked = by_ocr(emulator, DRAWN[name])
    found = by_oss(make_oss(bucket.removesuffix(f"-{APPID}")), "picture")
    # The answers of OSS and API 3.0 are JSON, which holds every text; XML does not.
    assert [text for text, _ in found] == [text for text, _ in asked[:MOST]]
    assert [in_xml(text) for text, _ in found] == [code.text for code in by_ci[:MOST]]
    assert [box for _, box in found] == [around(code.points) for code in by_ci[:MOST]]
    for (_, box), (_, points) in zip(found, asked, strict=False):
        assert points == NOWHERE or box == around(points)


def test_the_comparison_is_not_of_nothing_with_nothing(cos, bucket, make_oss):
    client = make_oss(bucket.removesuffix(f"-{APPID}"))
    found = {}
    for name in ("sheet-bar-codes", "sheet-both-kinds", "sample-no-code.jpg", "nothing"):
        cos.put_object(Bucket=bucket, Key=name, Body=DRAWN[name])
        found[name] = len(by_oss(client, name))
    assert found == {"sheet-bar-codes": 5, "sheet-both-kinds": 5, "sample-no-code.jpg": 0, "nothing": 0}

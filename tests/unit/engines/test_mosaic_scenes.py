"""The mosaic in composed pictures of labels: some of the codes are covered, the others stay as they are."""

from __future__ import annotations

import random

import pytest
from mosaic_checks import MANY, differing, opened

from bench.quality import scenes
from ci_emulator.engines.codes.read import read_codes
from ci_emulator.engines.mosaic import cover


@pytest.mark.parametrize("seed", range(7000, 7012))
def test_random_scenes(seed: int) -> None:
    scene = scenes.compose(seed)
    reading = read_codes(scene.data, max_pixels=MANY, seconds=20)
    draw = random.Random(seed)
    goes = [code for code in reading.codes if draw.random() < 0.7]
    stays = [code for code in reading.codes if code not in goes]

    result = cover(scene.data, goes, others=stays, max_pixels=MANY, seconds=20)

    left = read_codes(result, max_pixels=MANY, seconds=20).codes
    places = {code.text for code in goes} - {code.text for code in stays}
    assert not [code for code in left if code.text in places]
    texts = {code.text for code in left}
    assert not [code for code in stays if code.text not in texts and "estimated" not in code.note]
    bound = 0 if opened(scene.data).format == "PNG" else 24
    around = 60 if bound else 40
    assert differing(opened(scene.data), opened(result), goes, around) <= bound

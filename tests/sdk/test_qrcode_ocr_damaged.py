"""Damaged and unusual picture files through the API: always an answer in its form, from the same worker."""

from collections import Counter

import pytest
from api3 import caller, encoded, send
from drawn_pictures import SYMBOL, TEXT, saved, scene
from picture_mutants import mutants, sound_files
from PIL import Image

from ci_emulator.testing import Emulator

#: What may be said about a picture; anything else would be a failure of the service.
ANSWERS = {
    "",
    "FailedOperation.ImageNoText",
    "FailedOperation.ImageDecodeFailed",
    "FailedOperation.ImageSizeTooLarge",
}
COUNT, SEED = 120, 7


def ask(emulator, picture):
    return send(emulator, caller(emulator).tc3({"ImageBase64": encoded(picture)}))


@pytest.fixture(scope="module")
def single():
    """An emulator with one worker, which remembers no results."""
    with Emulator(workers=1, result_cache=0) as emulator:
        assert ask(emulator, saved(scene())).texts == [TEXT]
        yield emulator


def worker(emulator):
    (status,) = emulator.running.services.pool.status().workers
    return status


def test_damaged_files_are_answered_and_cost_no_worker(single):
    before = worker(single)
    files = {
        name: data for name, data in sound_files().items() if name.startswith(("png", "jpeg", "apng", "mpo"))
    }
    seen = Counter()
    for name, data in mutants(COUNT, SEED, files):
        answer = ask(single, data)
        assert answer.code in ANSWERS, name
        seen[answer.code] += 1
    assert seen[""]
    assert seen["FailedOperation.ImageDecodeFailed"]
    after = worker(single)
    assert (after.pid, after.restarts) == (before.pid, before.restarts)


def test_a_jpeg_above_the_limit_is_read_reduced_and_answered_in_full_size():
    picture = Image.new("L", (1003, 805), 255)
    picture.paste(SYMBOL, (700, 500))
    with Emulator(workers=1, max_pixels=1003 * 805 - 1) as emulator:
        answer = ask(emulator, saved(picture, "JPEG", quality=95))
        assert answer.texts == [TEXT]
        assert answer.response["ImgSize"] == {"Wide": 1003, "High": 805}
        (code,) = answer.response["CodeResults"]
        corner = code["Position"]["LeftTop"]
        assert abs(corner["X"] - 700) <= 4
        assert abs(corner["Y"] - 500) <= 4
        assert ask(emulator, saved(picture)).code == "FailedOperation.ImageSizeTooLarge"

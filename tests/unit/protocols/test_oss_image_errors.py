"""Which refusals of pictures become errors of the picture engine and of IMM (spec: aliyun.md section 3.3)."""

from types import SimpleNamespace

import pytest

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.ids import SeededIds
from ci_emulator.protocols.error_model import ApiError
from ci_emulator.protocols.oss.image import engine, imm

SERVICES = SimpleNamespace(ids=SeededIds(1))
NOT_OF_THE_PICTURE = [Kind.OVERLOADED, Kind.SHUTTING_DOWN, Kind.KEY_MISSING, Kind.PRECONDITION_FAILED]


@pytest.mark.parametrize(
    ("kind", "ec"),
    [
        (Kind.IMAGE_EMPTY, "0056-00000001"),
        (Kind.IMAGE_UNREADABLE, "0056-00000001"),
        (Kind.IMAGE_FORMAT_UNSUPPORTED, "0056-00000001"),
        (Kind.IMAGE_TOO_MANY_PIXELS, "0056-00000001"),
        (Kind.IMAGE_TOO_FEW_PIXELS, "0056-00000001"),
        (Kind.IMAGE_TOO_MANY_BYTES, "0056-00000002"),
        (Kind.ENGINE_FAILED, "0056-00000001"),
        (Kind.ENGINE_TIMEOUT, "0056-00000001"),
    ],
)
def test_imm(kind, ec):
    with pytest.raises(ApiError) as raised, imm.refusing(SERVICES):
        raise Refusal(kind)
    assert (raised.value.code, raised.value.headers) == ("Imm Client", {"x-oss-ec": ec})
    code, _, rest = raised.value.message.partition(", ")
    text, _, request_id = rest.rpartition(" ")
    assert code == "InvalidArgument"
    assert text.endswith(".")
    assert len(request_id) == 36
    assert request_id == request_id.upper()


@pytest.mark.parametrize(
    ("kind", "picture", "code"),
    [
        (Kind.IMAGE_EMPTY, b"", "BadRequest"),
        (Kind.IMAGE_UNREADABLE, b"text", "BadRequest"),
        (Kind.IMAGE_UNREADABLE, b"P6 1 1", "BadRequest"),
        (Kind.IMAGE_UNREADABLE, b"\xff\xd8\xff\xe0", "ImageDamage"),
        (Kind.IMAGE_TOO_MANY_PIXELS, b"\xff\xd8\xff\xe0", "ImageTooLarge"),
        (Kind.ENGINE_FAILED, b"\xff\xd8\xff\xe0", "ImageDamage"),
        (Kind.ENGINE_TIMEOUT, b"\xff\xd8\xff\xe0", "ImageDamage"),
    ],
)
def test_the_picture_engine(kind, picture, code):
    with pytest.raises(ApiError) as raised, engine.refusing(picture):
        raise Refusal(kind)
    assert raised.value.code == code


@pytest.mark.parametrize("kind", NOT_OF_THE_PICTURE)
def test_what_is_not_about_the_picture_stays(kind):
    with pytest.raises(Refusal) as raised, imm.refusing(SERVICES), engine.refusing(b""):
        raise Refusal(kind)
    assert raised.value.kind is kind

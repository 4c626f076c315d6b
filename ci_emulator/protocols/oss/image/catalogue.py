"""What OSS is known to do with stored objects, and which of it may be written where (pictures.md part B, aliyun.md section 3.5).

Some operations are carried out (`actions.process` tells which); the others are refused by name, so that nobody takes a gap of
this emulator for a mistake of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ci_emulator.protocols.oss.image.grammar import Segment, Step, invalid

_VALUES, _UNKNOWN = "0040-00000203", "0040-00000213"

IMAGE, SAVING = "image", "sys"


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of the family `image`.

    `place` says where it may stand: `last` answers with something else than a picture, `alone` also wants the picture as it is
    stored. `most` arguments are allowed, None when they are not counted. Who asks needs the permissions `beside`
    `oss:GetObject`, and a signature when it must be `signed`. `sync` says that it is never done asynchronously.
    """

    about: str
    place: Literal["any", "last", "alone"] = "any"
    most: int | None = None
    beside: tuple[str, ...] = ()
    signed: bool = False
    sync: bool = False


def _imm(about: str, action: str, *, sync: bool = False) -> Operation:
    """Return an operation of Intelligent Media Management, which is asked by OSS in the name of who asks."""
    return Operation(about, "alone", None, ("oss:ProcessImm", f"imm:{action}"), signed=True, sync=sync)


OPERATIONS: dict[str, Operation] = {
    # about the picture
    "info": Operation("tell format, size and EXIF tags", "alone", 0),
    "average-hue": Operation("tell the main colour", "last", 0),
    # geometry
    "resize": Operation("make larger or smaller"),
    "crop": Operation("cut a rectangle out"),
    "indexcrop": Operation("cut into strips and return one"),
    "circle": Operation("cut a circle out"),
    "rounded-corners": Operation("round the corners"),
    "rotate": Operation("turn", most=1),
    "auto-orient": Operation("turn as the EXIF orientation says", most=1),
    # effects and output
    "blur": Operation("blur"),
    "bright": Operation("change the brightness", most=1),
    "contrast": Operation("change the contrast", most=1),
    "sharpen": Operation("sharpen", most=1),
    "quality": Operation("change the quality"),
    "format": Operation("change the format", most=1),
    "interlace": Operation("make a JPEG progressive", most=1),
    "watermark": Operation("draw a text or a picture over it"),
    # Intelligent Media Management
    "codes": Operation(
        "read QR codes and bar codes",
        "alone",
        0,
        ("oss:ProcessImm", "imm:DetectImageCodes"),
        signed=True,
        sync=True,
    ),
    "faces": _imm("find faces", "DetectImageFaces"),
    "bodies": _imm("find persons", "DetectImageBodies"),
    "cars": _imm("find cars and number plates", "DetectImageCars"),
    "labels": _imm("name what a picture shows", "DetectImageLabels"),
    "score": _imm("judge how pleasing a picture is", "DetectImageScore"),
    "cropping-suggestions": _imm("propose how to crop", "DetectImageCropping"),
    "blindwatermark": _imm("hide a watermark", "EncodeBlindWatermark"),
}

FAMILIES: dict[str, str] = {
    IMAGE: "process a picture",
    "style": "process a picture as a stored style says",
    "doc": "convert or preview a document",
    "video": "process a video",
    "audio": "process sound",
    "hls": "sign the parts of a playlist",
    SAVING: "store the result, or tell somebody",
}


def check(segments: Sequence[Segment], *, saving: bool) -> None:
    """Refuse what is unknown or stands where it may not; `saving` allows to store the result, last of all.

    Raises:
        ApiError: InvalidArgument.
    """
    for segment in segments:
        if segment.family not in FAMILIES:
            raise invalid(f"{segment.family!r} in x-oss-process is not known.", _UNKNOWN)
    results = [segment for segment in segments if segment.family == SAVING]
    if results and (not saving or segments[0].family == SAVING):
        raise invalid("sys/… stores the result of another operation, and needs POST.")
    steps = [step for segment in segments if segment.family == IMAGE for step in segment.steps]
    for step in steps:
        _check_step(step)
    _check_order([step.name for step in steps], others=len(segments) > 1)


def _check_step(step: Step) -> None:
    operation = OPERATIONS.get(step.name)
    if operation is None:
        raise invalid(f"The operation image/{step.name} is not known.", _UNKNOWN)
    if operation.most is not None and len(step.arguments) > operation.most:
        raise invalid(
            f"image/{step.name} takes {operation.most or 'no'} value{'' if operation.most else 's'}.", _VALUES
        )


def _check_order(names: Sequence[str], *, others: bool) -> None:
    for at, name in enumerate(names):
        place = OPERATIONS[name].place
        if place == "alone" and (len(names) > 1 or others):
            raise invalid(f"image/{name} must stand alone.")
        if place == "last" and at < len(names) - 1:
            raise invalid(f"Nothing can follow image/{name}.")

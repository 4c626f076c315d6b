"""What Cloud Infinite is known to offer: every value of `ci-process`, and every rule of `Pic-Operations`.

Some are carried out (`select.REGISTRY` and `rules.RULES` tell which); the others are refused by name, so that nobody takes a gap
of this emulator for a mistake of their own (spec: ci.md sections 3 to 6).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

#: Where something is asked for: a scope and a method.
Place: TypeAlias = tuple[str, str]

_OBJECT: tuple[Place, ...] = (("object", "GET"),)
_BUCKET: tuple[Place, ...] = (("bucket", "GET"),)
#: A stored picture, or with `detect-url` any other one.
_EITHER = _OBJECT + _BUCKET
#: A stored picture, or one that is stored with the same request.
_UPLOADED: tuple[Place, ...] = (*_OBJECT, ("object", "PUT"))


@dataclass(frozen=True, slots=True)
class Process:
    """A value of `ci-process`: what it is for, and where it is documented.

    `also_rule` tells that it may stand in a rule of `Pic-Operations`, as `ci-process=NAME&KEY=VALUE`.
    """

    about: str
    places: tuple[Place, ...] = _OBJECT
    also_rule: bool = False

    @property
    def scopes(self) -> frozenset[str]:
        """The scopes on which it is documented."""
        return frozenset(scope for scope, _ in self.places)


PROCESSES: dict[str, Process] = {
    # codes
    "qrcode-generate": Process("make a QR code or a bar code", _BUCKET),
    "QRcode": Process("read the codes of a picture"),
    # texts and documents of persons
    "OCR": Process("read printed and written text", _EITHER),
    "IDCardOCR": Process("read the fields of an identity card", _UPLOADED),
    "AILicenseRec": Process("find the fields of an identity card or a driving licence", _EITHER),
    "GetLiveCode": Process("get the digits to be spoken in a face check", _BUCKET),
    "GetActionSequence": Process("get the movements to be made in a face check", _BUCKET),
    "LivenessRecognition": Process("compare the face in a video with an identity", _UPLOADED),
    # what is in a picture
    "detect-label": Process("name what a picture shows", _EITHER),
    "content-analysis": Process("name what a picture shows, in the second version", _EITHER),
    "AIObjectDetect": Process("find objects", _EITHER),
    "AIBodyRecognition": Process("find persons", _EITHER),
    "DetectFace": Process("find faces"),
    "FaceSearch": Process("look a face up in a library of faces"),
    "face-effect": Process("beautify faces, or cut persons out", _EITHER),
    "detect-pet": Process("find cats and dogs", _EITHER),
    "DetectCar": Process("find cars and number plates", _EITHER),
    "AIGameRec": Process("tell the scene of a game", _EITHER),
    "RecognizeLogo": Process("find logos", _EITHER),
    "ai-recognition": Process("find several kinds of things at once", _EITHER),
    "AssessQuality": Process("judge how sharp and how pleasing a picture is", _EITHER),
    "AIImageAnalysis": Process("describe a picture in sentences", (*_EITHER, ("bucket", "POST"))),
    "ImageSearch": Process(
        "add to a library of pictures, and search it", (("object", "GET"), ("object", "POST"))
    ),
    "sensitive-content-recognition": Process("judge whether a picture may be shown", _EITHER),
    # what is behind a file
    "ImageInspect": Process("look for what is hidden behind a picture"),
    "ImageAIGCMetadata": Process("read the label of a generated picture"),
    "MediaAIGCMetadata": Process("read the label of a generated video or sound"),
    "DocAIGCMetadata": Process("read the label of a generated document"),
    "filehash": Process("compute the hash of an object"),
    "zippreview": Process("list what is in an archive"),
    "originImage": Process("get a picture whose original is protected"),
    # changed pictures
    "AISuperResolution": Process("enlarge a picture without blur", _EITHER, also_rule=True),
    "AIEnhanceImage": Process("take noise out of a picture and sharpen it", _EITHER, also_rule=True),
    "AIImageColoring": Process("colour a grey picture", _EITHER, also_rule=True),
    "AIImageCrop": Process("crop a picture to what matters in it", _EITHER, also_rule=True),
    "ImageRepair": Process("paint over a part of a picture", _EITHER, also_rule=True),
    "GoodsMatting": Process("cut a product out", _EITHER, also_rule=True),
    "AIPicMatting": Process("cut the main thing out", _EITHER, also_rule=True),
    "AIPortraitMatting": Process("cut a person out", _EITHER, also_rule=True),
    "ImageTargetRec": Process("put a mosaic over faces, plates, persons or cars", also_rule=True),
    # other media
    "AutoTranslationBlock": Process("translate a text", _BUCKET),
    "videoinfo": Process("describe a video or a sound"),
    "snapshot": Process("get a frame of a video"),
    "pm3u8": Process("get the playlist of a private video"),
    "getplaylist": Process("get the playlist of a video that is made while it is watched"),
    "modifym3u8token": Process("put a token into the playlist of an encrypted video"),
    "doc-preview": Process("show a document as pictures or as a page"),
}
"""Every value of `ci-process`, by name."""


PICTURE_RULES: dict[str, str] = {
    "QRcode": "read the codes of a picture and put a mosaic over them",
    "imageMogr2": "scale, crop, turn, convert, sharpen, compress",
    "imageView2": "scale and crop in quick form",
    "imageSlim": "compress without visible loss",
    "watermark": "draw a picture, a text or a hidden mark into a picture",
    "style": "do what is stored under the name of a style",
}
"""Every rule that is named otherwise than by a `ci-process`, and what it is for."""

"""The picture that is read: 2 Mpx with codes on a busy ground, drawn the same every time."""

from __future__ import annotations

import io
import random

from PIL import Image, ImageDraw, ImageFilter

from ci_emulator.engines.codes.write import write_qr

SIZE = (1600, 1250)

#: (content, width in pixels, left, top, turned by degrees)
_CODES = (
    ("https://www.example.com/poster/1", 320, 120, 140, 0),
    ("https://www.example.com/table/17?seat=4", 260, 1180, 180, 12),
    ("WIFI:T:WPA;S:guests;P:correct horse;;", 400, 640, 700, -7),
)

CONTENTS = tuple(content for content, *_ in _CODES)


def draw() -> bytes:
    """Return the picture as JPEG, about as large as a phone's at that size."""
    noise = random.Random(20)
    picture = Image.frombytes("L", SIZE, noise.randbytes(SIZE[0] * SIZE[1]))
    picture = picture.filter(ImageFilter.GaussianBlur(3)).point(lambda value: 60 + value // 2)
    colour = Image.merge("RGB", (picture, picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT), picture))
    pen = ImageDraw.Draw(colour)
    for _ in range(400):
        left, top = noise.randrange(SIZE[0]), noise.randrange(SIZE[1])
        box = (left, top, left + noise.randrange(5, 120), top + noise.randrange(5, 60))
        ink = (noise.randrange(256), noise.randrange(256), noise.randrange(256))
        noise.choice((pen.rectangle, pen.ellipse))(box, outline=ink, width=noise.randrange(1, 4))
    for content, width, left, top, degrees in _CODES:
        code = Image.open(io.BytesIO(write_qr(content, width))).convert("RGB")
        turned = code.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor="white")
        colour.paste(turned, (left, top))
    file = io.BytesIO()
    colour.save(file, "JPEG", quality=85)
    return file.getvalue()

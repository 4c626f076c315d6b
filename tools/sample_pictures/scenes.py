"""Scenes: turned and tilted codes under uneven light, and one picture without any code."""

from __future__ import annotations

import math

from PIL import Image, ImageDraw

from sample_pictures.files import Picture
from sample_pictures.geometry import turned_rectangle
from sample_pictures.photo import Photo, grainy, lit, soft
from sample_pictures.sheet import CORAL, GREY, INK, NAVY, PAPER, SLATE, SUN, TEAL, WHITE, Colour, Sheet
from sample_pictures.symbols import linear, matrix, qr

_WOOD: Colour = (176, 128, 84)


def draw() -> list[Picture]:
    """The pictures of this module, in the order of the manifest."""
    return [_rotated_sticker(), _poster(), _desk(), _sideways_card(), _landscape()]


def _rotated_sticker() -> Picture:
    code = qr("https://www.example.com/rotated-by-30-degrees")
    side = code.modules.width * 9
    sheet = Sheet(side + 90, side + 130, WHITE)
    sheet.matrix(code, 45, 45, 9, NAVY)
    sheet.text((sheet.image.width / 2, side + 90), "turned by 30 degrees", 26, SLATE, anchor="mm")
    scene = Photo(Image.new("RGB", (640, 640), SUN))
    onto = turned_rectangle((320, 320), sheet.image.width, sheet.image.height, 30)
    scene.lay(sheet, onto, radius=24, shadow=0.35)
    description = "A sticker with a QR code turned clockwise by 30 degrees."
    return Picture("qr-rotated.png", description, scene.developed(), tuple(scene.codes))


def _poster() -> Picture:
    code = qr("https://www.example.com/market-day?from=poster")
    sheet = Sheet(720, 1050, PAPER)
    sheet.box(0, 0, 720, 330, CORAL)
    sheet.disc(470, 40, 220, SUN)
    sheet.text((48, 130), "Market", 110, WHITE, bold=True)
    sheet.text((48, 240), "Day", 110, WHITE, bold=True)
    sheet.text((48, 390), "Saturday, 9 to 14 h, Example Square", 34, INK)
    sheet.lines(48, 440, (600, 560, 420), 34, (226, 220, 206))
    side = code.modules.width * 10
    sheet.box(0, 548, 720, 502, TEAL)
    sheet.box(48, 584, side + 80, side + 80, WHITE, radius=16)
    sheet.matrix(code, 88, 624, 10)
    for line, words in enumerate(("Scan for", "the list", "of stalls")):
        sheet.text((side + 160, 690 + 54 * line), words, 42, WHITE, bold=True)
    scene = Photo(_brick_wall(960, 720))
    onto = ((322.0, 58.0), (716.0, 118.0), (690.0, 652.0), (286.0, 690.0))
    scene.lay(sheet, onto, shadow=0.5)
    image = grainy(lit(soft(scene.developed(), 0.6), 255, 150, 255, 190), 26, seed=4)
    description = "A photograph, drawn: a poster on a wall seen from the side, in slanting light, with noise."
    return Picture("qr-poster-photo.jpg", description, image, tuple(scene.codes))


def _desk() -> Picture:
    scene = Photo(_wooden_desk(1280, 960))
    for sheet, centre, degrees, width in (
        (_price_label(), (312, 240), -7, 480),
        (_parcel_sticker(), (914, 226), 4, 610),
        (_visiting_card(), (312, 702), 6, 500),
        (_part_label(), (754, 668), -12, 268),
        (_wifi_card(), (1092, 680), 8, 280),
    ):
        height = sheet.image.height * width / sheet.image.width
        scene.lay(sheet, turned_rectangle(centre, width, height, degrees), radius=14, shadow=0.45, drop=6)
    image = grainy(lit(soft(scene.developed(), 0.4), 255, 205, 255, 215), 16, seed=5)
    description = "A desk with five labels: two QR codes, an EAN-13, a Code 128 and a Data Matrix, each at its own angle."
    return Picture("desk-with-five-codes.jpg", description, image, tuple(scene.codes))


def _sideways_card() -> Picture:
    code = qr("https://www.example.com/exif-orientation-6")
    sheet = Sheet(560, 760, WHITE)
    sheet.box(0, 0, 560, 150, NAVY)
    sheet.text((280, 78), "THIS WAY UP", 48, WHITE, anchor="mm", bold=True)
    side = code.modules.width * 13
    sheet.matrix(code, (560 - side) // 2, 190, 13)
    sheet.polygon(((280, 600), (336, 668), (300, 668), (300, 724), (260, 724), (260, 668), (224, 668)), CORAL)
    background = lit(Image.new("RGB", (600, 800), (206, 198, 186)), 255, 200, 255, 180)
    scene = Photo(background)
    scene.lay(sheet, turned_rectangle((300, 400), 462, 627, 3), radius=20, shadow=0.4)
    image = grainy(soft(scene.developed(), 0.4), 14, seed=6)
    description = (
        "A photograph stored on its side with EXIF orientation 6: right way up once the tag is obeyed."
    )
    return Picture("qr-exif-orientation-6.jpg", description, image, tuple(scene.codes), exif_orientation=6)


def _landscape() -> Picture:
    width, height = 900, 600
    sky = Image.linear_gradient("L").resize((width * 2, height * 2), Image.Resampling.BICUBIC)
    top, bottom = (86, 148, 206), (252, 224, 186)
    channels = [
        sky.point([a + (b - a) * v // 255 for v in range(256)]) for a, b in zip(top, bottom, strict=True)
    ]
    image = Image.merge("RGB", channels)
    pen = ImageDraw.Draw(image)
    pen.ellipse((1240, 210, 1420, 390), (255, 240, 206))
    for base, swing, period, phase, colour in (
        (640, 120, 610, 0.4, (148, 170, 196)),
        (760, 90, 430, 2.0, (104, 138, 150)),
        (880, 70, 720, 1.1, (92, 140, 98)),
        (1010, 46, 520, 3.3, (66, 112, 74)),
    ):
        ridge = [(x, _ridge(x, base, swing, period, phase)) for x in range(0, 2 * width + 1, 6)]
        pen.polygon([(0, 2 * height), *ridge, (2 * width, 2 * height)], colour)
    for index in range(14):
        x = 90 + index * 127 + (index * index * 37) % 60
        foot = _ridge(x, 1010, 46, 520, 3.3) + 34 + (index * 53) % 90
        size = 46 + (index * 29) % 34
        pen.rectangle((x - 5, foot - 20, x + 5, foot), (86, 66, 50))
        for tier in range(3):
            y, half = foot - 16 - tier * size * 0.62, size * (0.62 - 0.14 * tier)
            pen.polygon(((x - half, y), (x, y - size), (x + half, y)), (38, 82 + tier * 8, 60))
    description = "A landscape without any code: the case of nothing found."
    return Picture("no-code.jpg", description, grainy(image.reduce(2), 10, seed=7))


def _ridge(x: float, base: float, swing: float, period: float, phase: float) -> float:
    slow, fast = math.sin(x / period * 2 * math.pi + phase), math.sin(x / period * 5.3 * math.pi + 2 * phase)
    return base - swing * slow - 0.28 * swing * fast


def _brick_wall(width: int, height: int) -> Image.Image:
    wall = Image.new("RGB", (width, height), (168, 160, 150))
    pen = ImageDraw.Draw(wall)
    for row in range(height // 40 + 1):
        for column in range(-1, width // 100 + 1):
            x, y = column * 100 + (row % 2) * 50, row * 40
            shade = (row * 7 + column * 13) % 5 * 4
            pen.rectangle((x + 2, y + 2, x + 97, y + 37), (186 - shade, 132 - shade, 112 - shade))
    return wall


def _wooden_desk(width: int, height: int) -> Image.Image:
    desk = Image.new("RGB", (width, height), _WOOD)
    pen = ImageDraw.Draw(desk)
    for plank, top in enumerate(range(0, height, 160)):
        shade = plank * 5 % 3 * 7
        pen.rectangle((0, top, width, top + 159), (_WOOD[0] - shade, _WOOD[1] - shade, _WOOD[2] - shade))
        for vein in range(6):
            y = top + 16 + vein * 25
            curve = [
                (x, y + 5 * math.sin(x / (150 + 31 * vein) + plank * 2 + vein))
                for x in range(0, width + 1, 10)
            ]
            pen.line(curve, (_WOOD[0] - shade - 11, _WOOD[1] - shade - 11, _WOOD[2] - shade - 11), 2)
        pen.rectangle((0, top + 157, width, top + 159), (118, 82, 50))
    return desk


def _price_label() -> Sheet:
    sheet = Sheet(690, 480, WHITE)
    sheet.box(0, 0, 690, 110, SUN)
    sheet.text((36, 56), "Tea pot, glass", 46, bold=True)
    sheet.text((654, 56), "89.00", 56, anchor="rm", bold=True)
    sheet.retail(linear("2009876543213", "EAN_13"), 155, 150, 4, 270)
    return sheet


def _parcel_sticker() -> Sheet:
    code = linear("BOX-0042-A", "CODE_128")
    sheet = Sheet(900, 380, WHITE)
    sheet.text((48, 60), "EXAMPLE PARCEL", 40, bold=True)
    sheet.box(48, 96, 804, 4, INK)
    sheet.bars(code, (900 - code.modules.width * 5) // 2, 132, 5, 150)
    return sheet


def _visiting_card() -> Sheet:
    code = qr("MECARD:N:Example Trading Co.;URL:https://www.example.com;;")
    sheet = Sheet(720, 420, PAPER)
    sheet.box(0, 0, 24, 420, TEAL)
    sheet.text((60, 90), "Example", 44, TEAL, bold=True)
    sheet.text((60, 142), "Trading Co.", 44, TEAL, bold=True)
    sheet.lines(60, 220, (200, 220, 170, 190), 34)
    side = code.modules.width * 9
    sheet.box(700 - side - 56, (420 - side - 56) // 2, side + 56, side + 56, WHITE)
    sheet.matrix(code, 672 - side, (420 - side) // 2, 9)
    return sheet


def _part_label() -> Sheet:
    code = matrix("PART 7-1182 LOT 24", "DATA_MATRIX")
    side = code.modules.width * 14
    sheet = Sheet(side + 120, side + 180, WHITE)
    sheet.matrix(code, 60, 60, 14)
    sheet.text((sheet.image.width / 2, side + 120), "PART 7-1182", 38, anchor="mm", bold=True)
    return sheet


def _wifi_card() -> Sheet:
    code = qr("WIFI:T:WPA;S:Example Guest;P:not-a-secret;;")
    side = code.modules.width * 10
    sheet = Sheet(side + 120, side + 250, WHITE)
    sheet.box(0, 0, side + 120, 120, NAVY)
    sheet.text((sheet.image.width / 2, 62), "GUEST WI-FI", 44, WHITE, anchor="mm", bold=True)
    sheet.matrix(code, 60, 170, 10)
    sheet.box(60, side + 205, side, 10, GREY, radius=5)
    return sheet

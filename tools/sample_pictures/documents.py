"""Flat pages with codes among other print: a shipping label, a boarding pass, a ticket, a magazine."""

from __future__ import annotations

from sample_pictures.files import Picture
from sample_pictures.sheet import CORAL, GREY, INK, NAVY, PAPER, SLATE, SUN, TEAL, WHITE, Sheet
from sample_pictures.symbols import linear, matrix, qr


def draw() -> list[Picture]:
    """The pictures of this module, in the order of the manifest."""
    return [_boarding_pass(), _train_ticket(), _magazine(), _shipping_label()]


def _boarding_pass() -> Picture:
    code = matrix("M1SAMPLE/TRAVELLER     EXMPL7 AAABBBXX 0042 123Y014C0007 100", "PDF_417")
    sheet = Sheet(1100, 420, (214, 226, 236))
    sheet.box(30, 30, 1040, 360, WHITE, radius=24)
    sheet.box(30, 30, 1040, 74, NAVY, radius=24)
    sheet.box(30, 80, 1040, 24, NAVY)
    sheet.text((62, 67), "EXAMPLE AIR", 32, WHITE, bold=True)
    sheet.text((1038, 67), "BOARDING PASS", 26, (190, 208, 232), anchor="rm")
    fields = (
        (62, 148, "PASSENGER", "SAMPLE / TRAVELLER"),
        (62, 234, "FROM", "AAA"),
        (232, 234, "TO", "BBB"),
        (62, 320, "FLIGHT", "XX 0042"),
        (232, 320, "SEAT", "14C"),
        (342, 320, "GATE", "7"),
    )
    for x, y, name, value in fields:
        sheet.text((x, y - 16), name, 16, SLATE)
        sheet.text((x, y + 14), value, 32, INK, bold=True)
    sheet.box(150, 246, 64, 4, CORAL)
    sheet.polygon(((210, 238), (224, 248), (210, 258)), CORAL)
    for y in range(116, 384, 16):
        sheet.box(432, y, 3, 8, GREY)
    module = 4
    width, height = code.modules.width * module, code.modules.height * module
    sheet.matrix(code, 435 + (635 - width) // 2, 104 + (286 - height) // 2, module)
    return Picture("pdf-417.png", "A boarding pass with a PDF417.", sheet.image, tuple(sheet.codes))


def _train_ticket() -> Picture:
    code = matrix("TICKET 2024-10-01 EXAMPLE CENTRAL - SAMPLE HARBOUR 2ND CLASS 00000042", "AZTEC")
    sheet = Sheet(620, 860, TEAL)
    sheet.box(40, 40, 540, 780, WHITE, radius=30)
    sheet.text((80, 96), "EXAMPLE RAIL", 34, TEAL, bold=True)
    sheet.text((540, 96), "2nd class", 26, SLATE, anchor="rm")
    for y, place, time in ((176, "Example Central", "09:12"), (262, "Sample Harbour", "11:40")):
        sheet.disc(80, y - 10, 20, CORAL)
        sheet.disc(85, y - 5, 10, WHITE)
        sheet.text((122, y), place, 32, bold=True)
        sheet.text((540, y), time, 32, anchor="rm")
    sheet.box(88, 190, 4, 58, CORAL)
    for x in range(64, 556, 20):
        sheet.box(x, 326, 10, 3, GREY)
    sheet.disc(20, 308, 40, TEAL)
    sheet.disc(560, 308, 40, TEAL)
    module = 12
    side = code.modules.width * module
    sheet.matrix(code, (620 - side) // 2, 374, module)
    sheet.text((310, 772), "No. 00000042    valid 2024-10-01", 22, SLATE, anchor="mm")
    return Picture(
        "aztec.png", "A railway ticket on a telephone with an Aztec code.", sheet.image, tuple(sheet.codes)
    )


def _magazine() -> Picture:
    sheet = Sheet(660, 860, (246, 214, 196))
    sheet.disc(150, 230, 360, CORAL)
    sheet.polygon(
        ((0, 860), (0, 620), (210, 400), (430, 650), (540, 540), (660, 660), (660, 860)), (70, 92, 128)
    )
    sheet.polygon(((0, 860), (0, 730), (160, 640), (420, 800), (660, 720), (660, 860)), NAVY)
    sheet.text((330, 110), "HORIZON", 120, NAVY, anchor="mm", bold=True)
    sheet.text((44, 194), "issue 05", 24, NAVY)
    sheet.text((616, 194), "mountains, maps, morning light", 24, NAVY, anchor="rm")
    sheet.box(190, 638, 446, 196, WHITE, radius=4)
    sheet.retail(linear("9771234567003", "EAN_13"), 224, 658, 3, 140, add_on=linear("05", "EAN_2"))
    description = "A magazine cover with an EAN-13 and its two-digit add-on (EAN-2)."
    return Picture("ean-13-add-on.png", description, sheet.image, tuple(sheet.codes))


def _shipping_label() -> Picture:
    sheet = Sheet(820, 1180, WHITE)
    sheet.box(20, 20, 780, 1140, INK, radius=8)
    sheet.box(23, 23, 774, 1134, WHITE, radius=5)
    for y in (150, 420, 640, 860):
        sheet.box(20, y, 780, 3, INK)
    sheet.box(470, 150, 3, 270, INK)
    sheet.box(40, 44, 84, 84, INK, radius=10)
    sheet.polygon(((56, 110), (82, 60), (108, 110)), SUN)
    sheet.text((150, 70), "EXAMPLE PARCEL", 36, bold=True)
    sheet.text((150, 110), "Standard    1 of 1    2.40 kg", 24, SLATE)
    sheet.text((776, 86), "D7", 72, anchor="rm", bold=True)
    sheet.text((44, 184), "FROM", 20, SLATE)
    sheet.text((44, 216), "Example Trading Co.", 26)
    sheet.lines(44, 242, (250, 200, 130), 24)
    sheet.text((44, 330), "TO", 20, SLATE)
    sheet.text((44, 362), "Sample Store, Unit 5", 30, bold=True)
    sheet.lines(44, 390, (360,), 24)
    track = qr("https://www.example.com/track/EX123456789CN")
    side = track.modules.width * 6
    sheet.matrix(track, 473 + (327 - side) // 2, 153 + (267 - side) // 2, 6)
    tracking = linear("EX123456789CN", "CODE_128")
    sheet.bars(tracking, (820 - tracking.modules.width * 4) // 2, 450, 4, 130)
    sheet.text((44, 674), "CONTENTS", 20, SLATE)
    for row, (name, pieces) in enumerate(
        (("Green tea 250 g", "4"), ("Tea pot, glass", "1"), ("Cups, set of six", "1"))
    ):
        y = 718 + row * 48
        sheet.box(40, y - 22, 740, 44, PAPER if row % 2 == 0 else WHITE)
        sheet.text((56, y), name, 26)
        sheet.text((764, y), pieces, 26, anchor="rm")
    data = matrix(
        "EX123456789CN|D7|2.40|EXAMPLE TRADING CO.|SAMPLE STORE UNIT 5|TEA 4,POT 1,CUPS 6", "PDF_417"
    )
    width, height = data.modules.width * 4, data.modules.height * 4
    sheet.matrix(data, (820 - width) // 2, 863 + (297 - height) // 2, 4)
    description = "A parcel's shipping label with a QR code, a Code 128 and a PDF417."
    return Picture("shipping-label.png", description, sheet.image, tuple(sheet.codes))

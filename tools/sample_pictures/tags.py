"""Flat pictures with one code each, one per symbology: the pictures to start with."""

from __future__ import annotations

from PIL import Image

from sample_pictures.files import Picture
from sample_pictures.sheet import CORAL, GREY, INK, NAVY, SLATE, SUN, TEAL, WHITE, Colour, Sheet
from sample_pictures.symbols import linear, matrix, qr


def draw() -> list[Picture]:
    """The pictures of this module, in the order of the manifest."""
    return [
        _qr_url(),
        _qr_chinese(),
        _qr_transparent(),
        _ean_13(),
        _ean_8(),
        _upc_a(),
        _upc_e(),
        _code_39(),
        _code_93(),
        _code_128(),
        _data_matrix(),
    ]


def _qr_url() -> Picture:
    code = qr("https://www.example.com")
    sheet = Sheet(330, 330, WHITE)
    sheet.matrix(code, 40, 40, 10, (0, 0, 0))
    description = "A QR code with a URL, black on white, ten pixels a module: the plainest case."
    return _picture("qr-url.png", description, sheet, sheet.image.convert("1"))


def _qr_chinese() -> Picture:
    code = qr("你好，世界！欢迎来到二维码的世界。")
    module = 10
    side = code.modules.width * module
    sheet = Sheet(side + 160, side + 200, TEAL)
    sheet.box(30, 30, side + 100, side + 100, WHITE, radius=24)
    sheet.matrix(code, 80, 80, module, TEAL)
    sheet.text((sheet.image.width / 2, side + 165), "SCAN TO SAY HELLO", 26, WHITE, anchor="mm", bold=True)
    description = "A coloured QR code with Chinese text, stored as UTF-8 bytes without ECI."
    return _picture("qr-chinese.png", description, sheet)


def _qr_transparent() -> Picture:
    code = qr("https://www.example.com/transparent")
    sheet = Sheet(400, 400, WHITE)
    module = 10
    place = (400 - code.modules.width * module) // 2
    sheet.matrix(code, place, place, module, (0, 0, 0))
    opacity = sheet.image.convert("L").point([255 - value for value in range(256)])
    image = Image.merge("RGBA", (*Image.new("RGB", opacity.size, (0, 0, 0)).split(), opacity))
    description = (
        "A QR code on a transparent background. The transparent pixels are black underneath, "
        "so a reader that drops the alpha channel sees one black square."
    )
    return _picture("qr-transparent.png", description, sheet, image)


def _ean_13() -> Picture:
    sheet = Sheet(560, 640, (232, 222, 204))
    sheet.box(40, 30, 480, 580, WHITE, radius=28)
    sheet.box(40, 30, 480, 100, CORAL, radius=28)
    sheet.box(40, 100, 480, 30, CORAL)
    sheet.disc(262, 44, 36, (232, 222, 204))
    sheet.text((280, 105), "EXAMPLE TRADING CO.", 24, WHITE, anchor="mm", bold=True)
    sheet.text((76, 180), "Green tea, loose leaf", 34, bold=True)
    sheet.text((76, 222), "250 g    Best before 2027-12", 22, SLATE)
    sheet.text((484, 304), "36.80", 92, anchor="rm", bold=True)
    sheet.text((76, 318), "CNY", 34, SLATE)
    sheet.retail(linear("2001234567893", "EAN_13"), 138, 386, 3, 170)
    return _picture("ean-13.png", "A shop's price tag with an EAN-13.", sheet)


def _ean_8() -> Picture:
    sheet = Sheet(620, 280, (72, 150, 108))
    for x in range(-280, 620, 56):
        sheet.polygon(((x, 280), (x + 280, 0), (x + 308, 0), (x + 28, 280)), (84, 164, 121))
    sheet.text((40, 100), "MINT", 76, WHITE, bold=True)
    sheet.text((42, 166), "sugar-free gum", 27, WHITE)
    sheet.text((42, 204), "12 pieces, 16 g", 20, (214, 240, 224))
    sheet.box(318, 40, 268, 200, WHITE, radius=12)
    sheet.retail(linear("20123451", "EAN_8"), 351, 60, 3, 140)
    return _picture("ean-8.png", "A pack of chewing gum with an EAN-8.", sheet)


def _upc_a() -> Picture:
    sheet = Sheet(620, 420, SUN)
    sheet.disc(-120, -160, 500, (250, 206, 112))
    sheet.text((44, 92), "Corn flakes", 58, INK, bold=True)
    sheet.text((46, 146), "toasted, with a little honey", 25, (110, 76, 20))
    sheet.lines(46, 204, (170, 150, 162, 120, 156, 90), 26, (222, 160, 48))
    sheet.box(246, 196, 346, 196, WHITE, radius=6)
    sheet.retail(linear("412345678903", "UPC_A"), 276, 216, 3, 140)
    return _picture("upc-a.png", "The side of a cereal box with a UPC-A.", sheet)


def _upc_e() -> Picture:
    sheet = Sheet(420, 460, (190, 58, 62))
    sheet.box(0, 0, 420, 16, GREY)
    sheet.box(0, 444, 420, 16, GREY)
    sheet.text((210, 84), "COLA", 84, WHITE, anchor="mm", bold=True)
    sheet.stroke([(x, 146 + (x - 210) ** 2 / 1500) for x in range(60, 361, 6)], WHITE, 6)
    sheet.text((210, 208), "0.33 l    served cold", 23, (255, 214, 206), anchor="mm")
    sheet.box(88, 248, 244, 170, WHITE, radius=12)
    sheet.retail(linear("01234565", "UPC_E"), 133, 264, 3, 120)
    return _picture("upc-e.png", "A drinks can with a UPC-E.", sheet)


def _code_39() -> Picture:
    sheet = Sheet(760, 320, (224, 228, 231))
    _plate(sheet, NAVY, "PROPERTY OF EXAMPLE WORKS")
    sheet.bars(
        linear("ASSET-00427", "CODE_39"),
        _centred(sheet, linear("ASSET-00427", "CODE_39").modules.width, 3),
        128,
        3,
        100,
    )
    return _picture("code-39.png", "An asset plate with a Code 39.", sheet)


def _code_93() -> Picture:
    code = linear("SHELF-B7-0312", "CODE_93")
    sheet = Sheet(760, 320, (236, 226, 208))
    _plate(sheet, TEAL, "WAREHOUSE 3    AISLE B    LEVEL 7")
    sheet.bars(code, _centred(sheet, code.modules.width, 3), 128, 3, 100)
    return _picture("code-93.png", "A shelf label with a Code 93.", sheet)


def _code_128() -> Picture:
    code = linear("Example-2024/10#7", "CODE_128")
    sheet = Sheet(800, 320, (226, 220, 236))
    _plate(sheet, (84, 66, 130), "CENTRAL LIBRARY")
    sheet.bars(code, _centred(sheet, code.modules.width, 3), 128, 3, 100)
    return _picture("code-128.png", "A library label with a Code 128 of mixed characters.", sheet)


def _data_matrix() -> Picture:
    green, gold, pale = (24, 92, 66), (206, 170, 92), (196, 222, 208)
    sheet = Sheet(640, 460, green)
    for index in range(7):
        y = 52 + index * 58
        sheet.stroke(((-9, y), (64, y), (90, y + 26), (260, y + 26)), (44, 122, 92), 6)
        sheet.disc(252, y + 18, 17, gold)
    sheet.box(60, 150, 150, 150, (34, 38, 42), radius=8)
    for pin in range(6):
        for x, y, width, height in ((44, 162, 14, 12), (212, 162, 14, 12)):
            sheet.box(x, y + pin * 22, width, height, GREY)
    sheet.text((135, 214), "EXAMPLE", 24, GREY, anchor="mm")
    sheet.text((135, 244), "U7", 22, GREY, anchor="mm")
    code = matrix("PCB:EX-7;REV:C;SN:000123", "DATA_MATRIX")
    module = 11
    side = code.modules.width * module
    sheet.box(310, 56, side + 66, side + 66, WHITE, radius=8)
    sheet.matrix(code, 343, 89, module)
    sheet.text((310, side + 152), "EX-7  REV C", 28, pale, bold=True)
    sheet.text((310, side + 186), "SN 000123", 24, pale)
    return _picture("data-matrix.png", "A circuit board with a Data Matrix on its sticker.", sheet)


def _plate(sheet: Sheet, colour: Colour, title: str) -> None:
    """A white plate with a coloured title band and two rivets."""
    width, height = sheet.image.size
    sheet.box(24, 24, width - 48, height - 48, colour, radius=18)
    sheet.box(27, 27, width - 54, height - 54, WHITE, radius=15)
    sheet.box(24, 24, width - 48, 68, colour, radius=18)
    sheet.box(24, 70, width - 48, 22, colour)
    sheet.text((width / 2, 59), title, 28, WHITE, anchor="mm", bold=True)
    for x in (50, width - 50):
        sheet.disc(x - 9, 50, 18, WHITE)


def _centred(sheet: Sheet, modules: int, module: int) -> int:
    return (sheet.image.width - modules * module) // 2


def _picture(file: str, description: str, sheet: Sheet, image: Image.Image | None = None) -> Picture:
    return Picture(file, description, sheet.image if image is None else image, tuple(sheet.codes))

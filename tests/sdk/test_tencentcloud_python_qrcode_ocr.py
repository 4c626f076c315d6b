"""QrcodeOCR through tencentcloud-sdk-python: what it says of the sample pictures (spec: tencentcloud-api3.md section 2)."""

import pytest
from sdk_clients import PICTURES, is_uuid, ocr_client, qrcode_request
from sdk_pictures import MANIFEST
from tencentcloud.ocr.v20181119.ocr_client import OcrClient
from tencentcloud.ocr.v20181119.ocr_client_async import OcrClient as AsyncOcrClient

#: How the action names what the manifest names (section 2.2); Aztec has no documented name.
TYPE_NAMES = {
    "QR_CODE": "QR_CODE",
    "DATA_MATRIX": "DATA_MATRIX",
    "PDF_417": "PDF_417",
    "AZTEC": "AZTEC",
    "EAN_13": "EAN-13",
    "EAN_8": "EAN-8",
    "UPC_A": "UPC-A",
    "UPC_E": "UPC-E",
    "CODE_39": "CODE-39",
    "CODE_93": "CODE-93",
    "CODE_128": "CODE-128",
    "EAN_2": "EAN-2",
}
MATRIX = {"QR_CODE", "DATA_MATRIX", "AZTEC", "PDF_417"}
TOLERANCE = 3
WITH_CODES = [name for name, picture in MANIFEST.items() if picture["codes"]]


def _codes(picture):
    """The codes of a picture of the manifest; an add-on is one of its own."""
    return [each for code in picture["codes"] for each in (code, code.get("add_on")) if each]


def _corners(position):
    points = (position.LeftTop, position.RightTop, position.RightBottom, position.LeftBottom)
    return [(point.X, point.Y) for point in points]


def _read(emulator, name):
    return ocr_client(OcrClient, emulator).QrcodeOCR(qrcode_request((PICTURES / name).read_bytes()))


@pytest.mark.parametrize("name", WITH_CODES)
def test_a_sample_picture(emulator, name):
    expected = MANIFEST[name]
    answer = _read(emulator, name)
    assert (answer.ImgSize.Wide, answer.ImgSize.High) == (expected["width"], expected["height"])
    assert is_uuid(answer.RequestId)
    found = {(code.TypeName, code.Url): _corners(code.Position) for code in answer.CodeResults}
    wanted = {(TYPE_NAMES[code["symbology"]], code["text"]): code for code in _codes(expected)}
    assert len(answer.CodeResults) == len(wanted)
    assert found.keys() == wanted.keys()
    for key, corners in found.items():
        if wanted[key]["symbology"] not in MATRIX:
            assert corners == [(-1, -1)] * 4
            continue
        for (x, y), (real_x, real_y) in zip(corners, wanted[key]["corners"], strict=True):
            assert abs(x - real_x) <= TOLERANCE, key
            assert abs(y - real_y) <= TOLERANCE, key


def test_several_codes_come_in_reading_order(emulator):
    answer = _read(emulator, "shipping-label.png")
    assert [code.TypeName for code in answer.CodeResults] == ["QR_CODE", "CODE-128", "PDF_417"]


def test_the_add_on_of_a_retail_code_is_a_code_of_its_own(emulator):
    answer = _read(emulator, "ean-13-add-on.png")
    assert [(code.TypeName, code.Url) for code in answer.CodeResults] == [
        ("EAN-13", "9771234567003"),
        ("EAN-2", "05"),
    ]


async def test_the_async_client_reads_the_same(emulator):
    name = "desk-with-five-codes.jpg"
    async with ocr_client(AsyncOcrClient, emulator) as client:
        answer = await client.QrcodeOCR(qrcode_request((PICTURES / name).read_bytes()))
    again = _read(emulator, name)
    assert len(answer.CodeResults) == 5
    assert [(code.TypeName, code.Url, _corners(code.Position)) for code in answer.CodeResults] == [
        (code.TypeName, code.Url, _corners(code.Position)) for code in again.CodeResults
    ]


def test_what_was_generated_is_read(emulator, cos):
    for content in ("https://www.example.com", "你好，世界"):
        made = cos.ci_qrcode_generate(Bucket="samples-1250000000", QrcodeContent=content, Width=200)
        answer = ocr_client(OcrClient, emulator).QrcodeOCR(qrcode_request(made["ResultImage"]))
        assert [code.Url for code in answer.CodeResults] == [content]
        assert (answer.ImgSize.Wide, answer.ImgSize.High) == (200, 200)

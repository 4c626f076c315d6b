"""QrcodeOCR through tccli in an empty home directory (tencentcloud-api3.md section 4)."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from api3 import URL_IN_QR, encoded, sample
from sdk_clients import EXPIRED, PICTURES, PUBLISHED_KEY, SAMPLES, TEMPORARY, is_uuid
from sdk_pictures import MANIFEST

from ci_emulator.config import KeyPair

TCCLI = Path(sys.executable).parent / "tccli"
QR = encoded(sample())
WRONG = KeyPair(secret_id=PUBLISHED_KEY.secret_id, secret_key="wrong", appid="1250000000")


@pytest.fixture
def tccli(emulator, tmp_path):
    """Runs `tccli ARGUMENTS…` against the emulator; `key` goes into the environment, `endpoint` is an option."""
    home = tmp_path / "home"
    home.mkdir()

    def run(*arguments, key=PUBLISHED_KEY, endpoint=True, region="ap-guangzhou"):
        environment = {
            "HOME": str(home),
            "PATH": os.environ["PATH"],
            "PYTHONIOENCODING": "utf-8",
            "PYTHONWARNINGS": "ignore",
            "TENCENTCLOUD_SECRET_ID": key.secret_id,
            "TENCENTCLOUD_SECRET_KEY": key.secret_key,
            "TENCENTCLOUD_REGION": region,
        }
        if key.token is not None:
            environment["TENCENTCLOUD_TOKEN"] = key.token
        where = ["--endpoint", emulator.url] if endpoint else []
        return subprocess.run(
            [str(TCCLI), *arguments, *where],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            cwd=tmp_path,
        )

    return run


def answer(done):
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert found.keys() == {"CodeResults", "ImgSize", "RequestId"}
    assert is_uuid(found["RequestId"])
    return found


def error(done):
    """The code and the message that were printed."""
    assert (done.returncode, done.stdout) == (255, "")
    line = re.fullmatch(
        r"\s*\[TencentCloudSDKException\] code:(\S+) message:(.*) requestId:(\S+)\s*", done.stderr
    )
    assert line, done.stderr
    assert is_uuid(line[3])
    return line[1], line[2]


def test_base64(tccli):
    found = answer(tccli("ocr", "QrcodeOCR", "--ImageBase64", QR))
    assert [(code["TypeName"], code["Url"]) for code in found["CodeResults"]] == [("QR_CODE", URL_IN_QR)]
    assert found["ImgSize"] == {"Wide": 330, "High": 330}


def test_an_url(tccli, cos):
    cos.create_bucket(Bucket="tccli-1250000000", ACL="public-read")
    cos.put_object(Bucket="tccli-1250000000", Key="图.png", Body=sample("qr-chinese.png"))
    url = "https://tccli-1250000000.cos.ap-guangzhou.myqcloud.com/图.png"
    found = answer(tccli("ocr", "QrcodeOCR", "--ImageUrl", url))
    assert [code["Url"] for code in found["CodeResults"]] == [MANIFEST["qr-chinese.png"]["codes"][0]["text"]]


def test_an_url_that_is_private(tccli, emulator):
    done = tccli("ocr", "QrcodeOCR", "--ImageUrl", f"{emulator.url}/{SAMPLES}/qr-url.png")
    assert error(done) == ("FailedOperation.DownLoadError", "文件下载失败。")


def test_a_large_picture_from_a_file(tccli, tmp_path):
    file = tmp_path / "in.json"
    picture = (PICTURES / "desk-with-five-codes.jpg").read_bytes() + bytes(2_000_000)
    file.write_text(json.dumps({"ImageBase64": encoded(picture)}))
    found = answer(tccli("ocr", "QrcodeOCR", "--cli-input-json", f"file://{file}"))
    assert len(found["CodeResults"]) == len(MANIFEST["desk-with-five-codes.jpg"]["codes"])


def test_a_filter(tccli):
    done = tccli(
        "ocr", "QrcodeOCR", "--ImageBase64", QR, "--filter", "CodeResults[0].Url", "--output", "text"
    )
    assert (done.returncode, done.stdout.strip()) == (0, URL_IN_QR)


def test_an_endpoint_that_is_configured(tccli, emulator):
    assert tccli("configure", "set", "ocr.endpoint", emulator.url, endpoint=False).returncode == 0
    found = answer(tccli("ocr", "QrcodeOCR", "--ImageBase64", QR, endpoint=False))
    assert len(found["CodeResults"]) == 1


def test_a_temporary_key(tccli):
    assert answer(tccli("ocr", "QrcodeOCR", "--ImageBase64", QR, key=TEMPORARY))["CodeResults"]


@pytest.mark.parametrize(
    ("key", "code", "message"),
    [
        (WRONG, "AuthFailure.SignatureFailure", "请求签名验证失败，请检查您的签名计算是否正确。"),
        (EXPIRED, "AuthFailure.TokenFailure", "Token 与该 SecretId 不匹配或已失效。"),
    ],
    ids=["wrong-secret", "expired-token"],
)
def test_a_bad_key(tccli, key, code, message):
    assert error(tccli("ocr", "QrcodeOCR", "--ImageBase64", QR, key=key)) == (code, message)


def test_errors_in_english(tccli):
    done = tccli("ocr", "QrcodeOCR", "--ImageBase64", encoded(sample("no-code.jpg")), "--language", "en-US")
    assert error(done) == ("FailedOperation.ImageNoText", "No text is found in the image.")


def test_a_region_that_does_not_exist(tccli):
    code, message = error(tccli("ocr", "QrcodeOCR", "--ImageBase64", QR, "--region", "mars-north"))
    assert (code, message) == ("InvalidParameterValue", "`X-TC-Region` 的值错误、不受支持或无法使用。")

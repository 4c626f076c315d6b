"""tencentcloud-sdk-python at the emulator: the codes in a picture.

pip install tencentcloud-sdk-python-ocr
usage: python tencentcloud_python.py PICTURE
"""

import base64
import os
import sys
from pathlib import Path

from tencentcloud.common.credential import Credential
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.ocr.v20181119 import models
from tencentcloud.ocr.v20181119.ocr_client import OcrClient

endpoint = os.environ.get("CI_EMULATOR", "127.0.0.1:9000")
client = OcrClient(
    Credential(
        "AKIDci0emulator0local0secret0id00000", "ci0emulator0local0secretkey000000"
    ),  # the published pair
    "ap-guangzhou",
    ClientProfile(httpProfile=HttpProfile(protocol="http", endpoint=endpoint)),
)
request = models.QrcodeOCRRequest()
request.ImageBase64 = base64.b64encode(Path(sys.argv[1]).read_bytes()).decode()
answer = client.QrcodeOCR(request)
print("picture", answer.ImgSize.Wide, "x", answer.ImgSize.High)
for code in answer.CodeResults:
    print(code.TypeName, code.Url, "at", code.Position.LeftTop.X, code.Position.LeftTop.Y)

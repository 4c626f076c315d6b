"""cos-python-sdk-v5 with the emulator as its proxy: every host of the cloud, presigned URLs included.

pip install cos-python-sdk-v5
"""

import os

import requests
from qcloud_cos import CosConfig, CosS3Client, CosServiceError

proxies = {"http": "http://" + os.environ.get("CI_EMULATOR", "127.0.0.1:9000")}
client = CosS3Client(
    CosConfig(
        Region="ap-guangzhou",
        SecretId="AKIDci0emulator0local0secret0id00000",  # the published pair
        SecretKey="ci0emulator0local0secretkey000000",
        Scheme="http",
        Proxies=proxies,
    )
)
print("buckets", [bucket["Name"] for bucket in client.list_buckets()["Buckets"]["Bucket"]])

bucket = "samples-1250000000"
print("first key", client.list_objects(Bucket=bucket, MaxKeys=1)["Contents"][0]["Key"])

url = client.get_presigned_download_url(Bucket=bucket, Key="qr-url.png", Expired=60)
print("downloaded", len(requests.get(url, proxies=proxies, timeout=10).content), "bytes")

try:
    client.get_object(Bucket=bucket, Key="not-there.png")
except CosServiceError as error:
    print("refused", error.get_status_code(), error.get_error_code())

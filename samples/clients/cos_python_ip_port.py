"""cos-python-sdk-v5 at the emulator by IP and port: no name needs to be resolved.

pip install cos-python-sdk-v5
"""

import base64
import os

from qcloud_cos import CosConfig, CosS3Client

host, _, port = os.environ.get("CI_EMULATOR", "127.0.0.1:9000").rpartition(":")
client = CosS3Client(
    CosConfig(
        Region="ap-guangzhou",
        SecretId="AKIDci0emulator0local0secret0id00000",  # the published pair
        SecretKey="ci0emulator0local0secretkey000000",
        Scheme="http",
        IP=host,
        Port=int(port),
    )
)
bucket = "samples-1250000000"

made = client.ci_qrcode_generate(Bucket=bucket, QrcodeContent="https://www.example.com", Width=200)
png = base64.b64decode(made["ResultImage"])
print("made a picture of", len(png), "bytes")

client.put_object(Bucket=bucket, Key="made/code.png", Body=png, ContentType="image/png")
print("stored", client.head_object(Bucket=bucket, Key="made/code.png")["ETag"])
print(
    "read back", client.get_object(Bucket=bucket, Key="made/code.png")["Body"].get_raw_stream().read() == png
)
client.delete_object(Bucket=bucket, Key="made/code.png")
print("deleted", not client.object_exists(Bucket=bucket, Key="made/code.png"))

"""Multipart uploads through cos-python-sdk-v5 (spec: cos.md sections 4.0, 4.1 and 4.3)."""

import base64
import hashlib
import html
import io
import random
import re
import socket
import time
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from fastcrc import crc64
from qcloud_cos.cos_exception import CosClientError
from sdk_clients import APPID, REGION, STRANGER, body_of, error_of, refused
from stored_state import parts_of, send, send_head, signed_url, state_of

MB = 1024 * 1024
FIRST, SECOND, LAST = b"1" * MB, b"2" * (MB + 1), b"3"
KEY = "目录/big file+1.bin"
UNKNOWN = "1585130821" + "0" * 64
FILE = random.Random(7).randbytes(25 * MB - 13)
CUSTOMER_KEY = {
    "SSECustomerAlgorithm": "AES256",
    "SSECustomerKey": base64.b64encode(b"k" * 32).decode(),
    "SSECustomerKeyMD5": base64.b64encode(hashlib.md5(b"k" * 32).digest()).decode(),
}


def etag(content):
    return f'"{hashlib.md5(content).hexdigest()}"'


def begin(cos, bucket, key=KEY, **options):
    return cos.create_multipart_upload(Bucket=bucket, Key=key, **options)["UploadId"]


def put(cos, bucket, upload, number, content, key=KEY, **options):
    return cos.upload_part(
        Bucket=bucket, Key=key, Body=content, PartNumber=number, UploadId=upload, **options
    )


def put_all(cos, bucket, upload, *contents, key=KEY):
    """Upload parts 1, 2…; returns what `complete` takes."""
    return [
        {"PartNumber": number, "ETag": put(cos, bucket, upload, number, content, key)["ETag"]}
        for number, content in enumerate(contents, 1)
    ]


def complete(cos, bucket, upload, parts, key=KEY):
    return cos.complete_multipart_upload(
        Bucket=bucket, Key=key, UploadId=upload, MultipartUpload={"Part": parts}
    )


@pytest.fixture
def begun(cos, bucket):
    """An upload with three parts, beside an object of the same key; (upload id, list of its parts)."""
    cos.put_object(Bucket=bucket, Key=KEY, Body=b"before")
    upload = begin(cos, bucket)
    return upload, put_all(cos, bucket, upload, FIRST, SECOND, LAST)


# The way of an upload


def test_an_upload_from_beginning_to_end(cos, bucket):
    headers = {"ContentType": "text/css", "Metadata": {"x-cos-meta-a": "b"}, "StorageClass": "STANDARD_IA"}
    upload = begin(cos, bucket, **headers)
    assert re.fullmatch(r"[0-9]{10}[0-9a-f]{64}", upload)
    sent = {}
    for number, content in ((3, LAST), (1, FIRST), (2, SECOND)):
        answer = put(cos, bucket, upload, number, content, EnableMD5=True)
        assert answer["ETag"] == etag(content)
        assert answer["x-cos-hash-crc64ecma"] == str(crc64.xz(content))
        sent[number] = answer["ETag"]
    assert cos.object_exists(Bucket=bucket, Key=KEY) is False
    done = complete(
        cos, bucket, upload, [{"PartNumber": number, "ETag": sent[number]} for number in (1, 2, 3)]
    )
    whole = FIRST + SECOND + LAST
    assert (done["Bucket"], done["Key"]) == (bucket, KEY)
    host = f"{bucket}.cos.{REGION}.myqcloud.com"
    assert done["Location"] == f"http://{host}/%E7%9B%AE%E5%BD%95/big%20file%2B1.bin"
    assert done["x-cos-hash-crc64ecma"] == str(crc64.xz(whole))
    got = cos.get_object(Bucket=bucket, Key=KEY)
    assert body_of(got) == whole
    assert (got["ETag"], got["x-cos-hash-crc64ecma"]) == (done["ETag"], done["x-cos-hash-crc64ecma"])
    assert (got["Content-Type"], got["x-cos-meta-a"]) == ("text/css", "b")
    assert got["x-cos-storage-class"] == "STANDARD_IA"
    assert state_of(cos, bucket) == ([(KEY, done["ETag"], str(len(whole)))], [])


def test_a_range_over_the_border_of_parts(cos, bucket, begun):
    complete(cos, bucket, *begun)
    got = cos.get_object(Bucket=bucket, Key=KEY, Range=f"bytes={MB - 3}-{MB + 2}")
    assert body_of(got) == b"111222"
    got = cos.get_object(Bucket=bucket, Key=KEY, Range="bytes=-2")
    assert body_of(got) == b"23"


def test_the_etag_of_an_object_made_of_parts_is_opaque(cos, bucket):
    seen = set()
    for _ in range(2):
        upload = begin(cos, bucket)
        seen.add(complete(cos, bucket, upload, put_all(cos, bucket, upload, FIRST, LAST))["ETag"])
    # The samples of the documentation show the same part under two ETags.
    assert len(seen) == 2
    assert all(re.fullmatch(r'"[0-9a-f]{32}-2"', tag) for tag in seen)
    digests = hashlib.md5(FIRST).digest() + hashlib.md5(LAST).digest()
    assert not {tag[1:33] for tag in seen} & {etag(digests)[1:-1], etag(FIRST + LAST)[1:-1]}


def test_one_part_of_one_byte_is_enough(cos, bucket):
    upload = begin(cos, bucket)
    done = complete(cos, bucket, upload, put_all(cos, bucket, upload, b"x"))
    assert re.fullmatch(r'"[0-9a-f]{32}-1"', done["ETag"])
    assert body_of(cos.get_object(Bucket=bucket, Key=KEY)) == b"x"


def test_a_part_can_be_sent_again_and_left_out(cos, bucket, begun):
    upload, parts = begun
    again = put(cos, bucket, upload, 1, FIRST[:-1] + b"!")
    complete(cos, bucket, upload, [{"PartNumber": 1, "ETag": again["ETag"]}, parts[1]])
    assert body_of(cos.get_object(Bucket=bucket, Key=KEY)) == FIRST[:-1] + b"!" + SECOND
    assert state_of(cos, bucket)[1] == []


def test_abort_drops_the_parts(cos, bucket, begun):
    upload, _ = begun
    cos.abort_multipart_upload(Bucket=bucket, Key=KEY, UploadId=upload)
    assert state_of(cos, bucket) == ([(KEY, etag(b"before"), "6")], [])
    with refused("NoSuchUpload", 404):
        cos.abort_multipart_upload(Bucket=bucket, Key=KEY, UploadId=upload)


def test_a_bucket_with_an_unfinished_upload_is_not_empty(cos, bucket):
    begin(cos, bucket)
    with refused("BucketNotEmpty", 409):
        cos.delete_bucket(Bucket=bucket)


def test_the_documents(emulator, cos, bucket, begun):
    upload, parts = begun
    root = ET.fromstring(send(emulator, "GET", bucket, KEY, f"uploadId={upload}").content)
    assert root.tag == "ListPartsResult"
    assert [child.tag for child in root] == [
        *("Bucket", "Key", "UploadId", "Initiator", "Owner", "PartNumberMarker", "Part", "Part", "Part"),
        *("StorageClass", "MaxParts", "IsTruncated"),
    ]
    assert [child.tag for child in root.find("Part")] == ["PartNumber", "LastModified", "ETag", "Size"]
    assert re.fullmatch(r"[0-9T:-]{19}\.[0-9]{3}Z", root.findtext("Part/LastModified"))
    assert root.findtext("Initiator/ID") == f"qcs::cam::uin/{APPID}:uin/{APPID}"

    root = ET.fromstring(send(emulator, "GET", bucket, query="uploads&encoding-type=url").content)
    assert root.tag == "ListMultipartUploadsResult"
    assert [child.tag for child in root] == [
        *("Bucket", "Encoding-Type", "KeyMarker", "UploadIdMarker", "MaxUploads", "IsTruncated"),
        *("Prefix", "Delimiter", "Upload"),
    ]
    assert [child.tag for child in root.find("Upload")] == [
        *("Key", "UploadId", "StorageClass", "Initiator", "Owner", "Initiated")
    ]
    assert re.fullmatch(r"[0-9T:-]{19}\.[0-9]{3}Z", root.findtext("Upload/Initiated"))

    answer = send_document(emulator, bucket, upload, document(parts))
    start = (
        b'<CompleteMultipartUploadResult xmlns="http://www.qcloud.com/document/product/436/7751"><Location>'
    )
    assert start in answer.content
    root = ET.fromstring(answer.content)
    assert [child.tag.partition("}")[2] for child in root] == ["Location", "Bucket", "Key", "ETag"]
    assert "ETag" not in answer.headers


def document(parts, spell=str):
    listed = "".join(
        f"<Part><ETag>{spell(part['ETag'])}</ETag><PartNumber>{part['PartNumber']}</PartNumber></Part>"
        for part in parts
    )
    return f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>"


def send_document(emulator, bucket, upload, body, **headers):
    """Complete an upload with a document that the SDK would not send."""
    return send(emulator, "POST", bucket, KEY, f"uploadId={upload}", data=body, headers=headers)


@pytest.mark.parametrize(
    "spell",
    [str, html.escape, lambda tag: tag.strip('"'), lambda tag: f"\n  {tag}\n"],
    ids=["quoted", "escaped", "bare", "indented"],
)
def test_an_etag_can_be_spelled_in_several_ways(emulator, cos, bucket, begun, spell):
    upload, parts = begun
    body = document(parts, spell)
    digest = base64.b64encode(hashlib.md5(body.encode()).digest()).decode()
    answer = send_document(emulator, bucket, upload, body, **{"Content-MD5": digest})
    assert answer.status_code == 200
    assert body_of(cos.get_object(Bucket=bucket, Key=KEY)) == FIRST + SECOND + LAST


# The high-level calls


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(FILE)
    return path


def test_upload_and_download_a_file_in_threads(cos, bucket, file, tmp_path):
    seen = []
    done = cos.upload_file(
        Bucket=bucket,
        Key=KEY,
        LocalFilePath=str(file),
        PartSize=2,
        MAXThread=6,
        EnableMD5=True,
        progress_callback=lambda sent, whole: seen.append((sent, whole)),
    )
    assert done["ETag"].endswith('-13"')
    assert done["x-cos-hash-crc64ecma"] == str(crc64.xz(FILE))
    assert max(seen) == (len(FILE), len(FILE))
    target = tmp_path / "copy"
    cos.download_file(
        Bucket=bucket,
        Key=KEY,
        DestFilePath=str(target),
        PartSize=3,
        MAXThread=6,
        EnableCRC=True,
        DumpRecordDir=str(tmp_path / "records"),
    )
    assert target.read_bytes() == FILE


def test_an_interrupted_upload_is_taken_up_again(cos, bucket, file, monkeypatch):
    begin(cos, bucket, "another key")
    send_part, sent = cos.upload_part, []

    def failing(bucket, key, body, number, *arguments, **options):
        if number > 5:
            raise CosClientError("the network is gone")
        return send_part(bucket, key, body, number, *arguments, **options)

    monkeypatch.setattr(cos, "upload_part", failing)
    with pytest.raises(CosClientError):
        cos.upload_file(Bucket=bucket, Key=KEY, LocalFilePath=str(file), PartSize=2, MAXThread=2)
    (upload,) = [
        entry["UploadId"]
        for entry in cos.list_multipart_uploads(Bucket=bucket)["Upload"]
        if entry["Key"] == KEY
    ]
    there = {number for number, _, _ in parts_of(cos, bucket, upload, KEY)}
    assert there == {1, 2, 3, 4, 5}

    def counting(bucket, key, body, number, *arguments, **options):
        sent.append(number)
        return send_part(bucket, key, body, number, *arguments, **options)

    monkeypatch.setattr(cos, "upload_part", counting)
    cos.upload_file(Bucket=bucket, Key=KEY, LocalFilePath=str(file), PartSize=2, MAXThread=4)
    assert sorted(sent) == list(range(6, 14))
    assert body_of(cos.get_object(Bucket=bucket, Key=KEY)) == FILE
    assert [key for key, _, _ in state_of(cos, bucket)[1]] == ["another key"]


@pytest.mark.parametrize("size", [MB - 1, MB, 5 * MB + 1], ids=["simple", "one-part", "six-parts"])
def test_upload_a_buffer(cos, bucket, size):
    content = FILE[:size]
    cos.upload_file_from_buffer(Bucket=bucket, Key=KEY, Body=io.BytesIO(content), PartSize=1, MAXThread=4)
    got = cos.get_object(Bucket=bucket, Key=KEY)
    assert body_of(got) == content
    assert ("-" in got["ETag"]) is (size >= MB)


# Listings


def test_parts_page_by_page(cos, bucket):
    upload = begin(cos, bucket)
    for number in (1, 2, 9, 10, 100, 9999, 10_000):
        put(cos, bucket, upload, number, b"x" * (number % 7))
    numbers, marker, pages = [], 0, 0
    while True:
        page = cos.list_parts(Bucket=bucket, Key=KEY, UploadId=upload, MaxParts=3, PartNumberMarker=marker)
        numbers += [int(part["PartNumber"]) for part in page["Part"]]
        assert (page["PartNumberMarker"], page["MaxParts"], page["Key"]) == (str(marker), "3", KEY)
        pages += 1
        if page["IsTruncated"] == "false":
            break
        marker = int(page["NextPartNumberMarker"])
    assert "NextPartNumberMarker" not in page
    assert (numbers, pages) == ([1, 2, 9, 10, 100, 9999, 10_000], 3)
    past = cos.list_parts(Bucket=bucket, Key=KEY, UploadId=upload, PartNumberMarker=10_000)
    assert ("Part" in past, past["IsTruncated"]) == (False, "false")


def test_a_page_of_parts_that_is_just_full_is_the_last(cos, bucket, begun):
    upload, parts = begun
    page = cos.list_parts(Bucket=bucket, Key=KEY, UploadId=upload, MaxParts=len(parts))
    assert (len(page["Part"]), page["IsTruncated"]) == (len(parts), "false")


def test_the_key_in_a_list_of_parts_is_encoded_on_demand(emulator, cos, bucket):
    upload = begin(cos, bucket)
    page = cos.list_parts(Bucket=bucket, Key=KEY, UploadId=upload, EncodingType="url")
    assert (page["Key"], page["EncodingType"]) == ("%E7%9B%AE%E5%BD%95/big%20file%2B1.bin", "url")
    root = ET.fromstring(send(emulator, "GET", bucket, KEY, f"uploadId={upload}").content)
    assert (root.findtext("Key"), root.find("EncodingType")) == (KEY, None)


@pytest.mark.parametrize("option", [{"MaxParts": 0}, {"MaxParts": 1001}, {"PartNumberMarker": -1}], ids=str)
def test_a_list_of_parts_with_a_bad_parameter(cos, bucket, begun, option):
    with refused("InvalidArgument", 400):
        cos.list_parts(Bucket=bucket, Key=KEY, UploadId=begun[0], **option)


def test_a_list_of_parts_without_an_upload(emulator, bucket):
    assert error_of(send(emulator, "GET", bucket, "k", "uploadId="))[:2] == (400, "ListPartUploadIdIsEmpty")


UPLOADED = ["a", "a+b c", "dir/1", "dir/1", "dir/1", "dir/2", "目录/1", "目录/2", "z"]


@pytest.fixture
def uploads(cos, bucket):
    """Nine uploads, three of them for one key; (key, upload id) in the order of a listing."""
    return sorted(((key, begin(cos, bucket, key)) for key in UPLOADED), key=lambda pair: pair[0].encode())


def pages_of(cos, bucket, **options):
    """All (key, id) and all prefixes of a listing, and how many pages it had."""
    found, prefixes, count = [], [], 0
    markers = {}
    while True:
        page = cos.list_multipart_uploads(Bucket=bucket, **options, **markers)
        count += 1
        found += [(entry["Key"], entry["UploadId"]) for entry in page.get("Upload", [])]
        prefixes += [entry["Prefix"] for entry in page.get("CommonPrefixes", [])]
        if page["IsTruncated"] == "false":
            assert "NextKeyMarker" not in page
            return found, prefixes, count
        markers = {"KeyMarker": page["NextKeyMarker"], "UploadIdMarker": page["NextUploadIdMarker"] or ""}


@pytest.mark.parametrize("size", [1, 2, 4, 9, 1000])
def test_uploads_page_by_page(cos, bucket, uploads, size):
    found, prefixes, count = pages_of(cos, bucket, MaxUploads=size)
    assert [key for key, _ in found] == [key for key, _ in uploads]
    assert sorted(found) == sorted(uploads)
    assert (prefixes, count) == ([], -(-len(uploads) // size))


@pytest.mark.parametrize("size", [1, 2, 1000])
def test_uploads_folded_at_a_delimiter(cos, bucket, uploads, size):
    found, prefixes, _ = pages_of(cos, bucket, MaxUploads=size, Delimiter="/")
    assert [key for key, _ in found] == ["a", "a+b c", "z"]
    assert prefixes == ["dir/", "目录/"]


def test_uploads_with_a_prefix(cos, bucket, uploads):
    page = cos.list_multipart_uploads(Bucket=bucket, Prefix="目录/")
    assert ([entry["Key"] for entry in page["Upload"]], page["Prefix"]) == (["目录/1", "目录/2"], "目录/")
    page = cos.list_multipart_uploads(Bucket=bucket, Prefix="a+", EncodingType="url", Delimiter=" ")
    assert page["Encoding-Type"] == "url"
    assert [entry["Prefix"] for entry in page["CommonPrefixes"]] == ["a%2Bb%20"]
    assert (page["Prefix"], page["Delimiter"]) == ("a%2B", "%20")
    assert "Upload" not in cos.list_multipart_uploads(Bucket=bucket, Prefix="none")


def test_uploads_behind_a_key(cos, bucket, uploads):
    page = cos.list_multipart_uploads(Bucket=bucket, KeyMarker="dir/1")
    assert [entry["Key"] for entry in page["Upload"]] == ["dir/2", "z", "目录/1", "目录/2"]
    assert page["KeyMarker"] == "dir/1"
    ignored = cos.list_multipart_uploads(Bucket=bucket, UploadIdMarker=uploads[-1][1])
    assert len(ignored["Upload"]) == len(uploads)


@pytest.mark.parametrize(
    ("option", "code"),
    [
        ({"MaxUploads": 1001}, "InvalidArgument"),
        ({"MaxUploads": "x"}, "InvalidArgument"),
        ({"Delimiter": "ab"}, "InvalidDelimiter"),
    ],
    ids=str,
)
def test_a_list_of_uploads_with_a_bad_parameter(cos, bucket, option, code):
    with refused(code, 400):
        cos.list_multipart_uploads(Bucket=bucket, **option)


# Bad input: nothing is changed by it


@pytest.fixture
def unchanged(cos, bucket, begun):
    """Fails the test when anything of the bucket is different at its end."""
    before = state_of(cos, bucket)
    yield
    assert state_of(cos, bucket) == before
    assert body_of(cos.get_object(Bucket=bucket, Key=KEY)) == b"before"


WRONG = base64.b64encode(hashlib.md5(b"another").digest()).decode()


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"ContentMD5": WRONG}, "BadDigest"),
        ({"ContentMD5": "bm90IHNpeHRlZW4="}, "InvalidDigest"),
        ({"TrafficLimit": "1"}, "InvalidArgument"),
    ],
    ids=str,
)
@pytest.mark.parametrize("number", [1, 4])
def test_a_part_with_a_bad_header(cos, bucket, begun, number, headers, code):
    with refused(code, 400):
        put(cos, bucket, begun[0], number, b"content", **headers)


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("number", [0, 10_001, -1, "x", 10**30, ""], ids=str)
def test_a_part_number_out_of_range(cos, bucket, begun, number):
    with refused("InvalidArgument", 400):
        put(cos, bucket, begun[0], number, b"content")


@pytest.mark.usefixtures("unchanged")
def test_a_part_is_never_taken_for_an_object(emulator, bucket, begun):
    for query in (f"uploadId={begun[0]}", "partNumber=1"):
        answer = send(emulator, "PUT", bucket, KEY, query, data=b"content")
        assert error_of(answer)[:2] == (400, "InvalidArgument")
    assert error_of(send(emulator, "PUT", bucket, KEY, "uploads", data=b"x"))[:2] == (405, "MethodNotAllowed")
    assert error_of(send(emulator, "PUT", bucket, KEY, "partNumber=1&uploadId=", data=b"x"))[:2] == (
        404,
        "NoSuchUpload",
    )


@pytest.mark.usefixtures("unchanged")
def test_a_part_without_a_length(emulator, bucket, begun):
    query = f"partNumber=1&uploadId={begun[0]}"
    status, body = send_head(emulator, "PUT", bucket, KEY, query, {})
    assert (status, b"<Code>MissingContentLength</Code>" in body) == (411, True)


@pytest.mark.usefixtures("unchanged")
def test_a_part_over_5_gigabytes(emulator, bucket, begun):
    query = f"partNumber=1&uploadId={begun[0]}"
    headers = {"Content-Length": str(5 * 1024**3 + 1), "Expect": "100-continue"}
    status, body = send_head(emulator, "PUT", bucket, KEY, query, headers)
    assert (status, b"<Code>EntityTooLarge</Code>" in body) == (400, True)


@pytest.mark.usefixtures("unchanged")
def test_a_client_that_disappears_in_the_middle_of_a_part(emulator, bucket, begun):
    path = signed_url(emulator, "PUT", bucket, KEY, f"partNumber=1&uploadId={begun[0]}")
    path = path.removeprefix(emulator.url)
    head = f"PUT {path} HTTP/1.1\r\nHost: {emulator.address}\r\nContent-Length: 3000000\r\n\r\n"
    with socket.create_connection(("127.0.0.1", emulator.port)) as client:
        client.sendall(head.encode() + b"x" * 2_000_000)
    time.sleep(0.2)


def test_a_part_in_chunks(emulator, cos, bucket):
    upload = begin(cos, bucket)
    query = f"partNumber=1&uploadId={upload}"
    answer = send(emulator, "PUT", bucket, KEY, query, data=iter([b"chunk", b"ed"]))
    assert answer.headers["ETag"] == etag(b"chunked")


def _swapped(parts):
    return [parts[1], parts[0], parts[2]]


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("choose", "code"),
    [
        pytest.param(_swapped, "InvalidPartOrder", id="out-of-order"),
        pytest.param(lambda parts: [parts[0], parts[0]], "InvalidPartOrder", id="twice"),
        pytest.param(lambda parts: [parts[0], parts[2]], "InvalidPart", id="gap"),
        pytest.param(lambda parts: parts[1:], "InvalidPart", id="not-from-1"),
        pytest.param(
            lambda parts: [*parts, {"PartNumber": 4, "ETag": parts[0]["ETag"]}], "InvalidPart", id="missing"
        ),
        pytest.param(
            lambda parts: [parts[0], {"PartNumber": 2, "ETag": parts[0]["ETag"]}],
            "InvalidPart",
            id="another-etag",
        ),
        pytest.param(lambda parts: [{"PartNumber": 1, "ETag": ""}], "InvalidPart", id="no-etag"),
        pytest.param(
            lambda parts: [{"PartNumber": 0, "ETag": parts[0]["ETag"]}], "InvalidPart", id="number-0"
        ),
        pytest.param(lambda parts: [], "MalformedXML", id="empty-list"),
        pytest.param(
            lambda parts: [{"PartNumber": "x", "ETag": parts[0]["ETag"]}], "MalformedXML", id="no-number"
        ),
        pytest.param(
            lambda parts: [{"PartNumber": -1, "ETag": parts[0]["ETag"]}], "MalformedXML", id="negative"
        ),
        pytest.param(
            lambda parts: [{"PartNumber": n, "ETag": "x"} for n in range(1, 10_002)],
            "MalformedXML",
            id="10001-parts",
        ),
    ],
)
def test_a_list_that_cannot_be_completed(cos, bucket, begun, choose, code):
    upload, parts = begun
    with refused(code, 400):
        complete(cos, bucket, upload, choose(parts))


def test_a_part_that_is_too_small_and_not_the_last(cos, bucket):
    upload = begin(cos, bucket)
    parts = put_all(cos, bucket, upload, FIRST[:-1], LAST)
    before = state_of(cos, bucket)
    with refused("EntityTooSmall", 400):
        complete(cos, bucket, upload, parts)
    assert state_of(cos, bucket) == before
    parts[0]["ETag"] = put(cos, bucket, upload, 1, FIRST)["ETag"]
    complete(cos, bucket, upload, parts)


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param("", "MissingRequestBodyError", id="no-body"),
        pytest.param("<CompleteMultipartUpload>", "MalformedXML", id="cut"),
        pytest.param("not XML", "MalformedXML", id="text"),
        pytest.param("<Delete/>", "MalformedXML", id="another-document"),
        pytest.param(
            "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber></Part></CompleteMultipartUpload>",
            "MalformedXML",
            id="part-without-etag",
        ),
        pytest.param(
            '<!DOCTYPE a [<!ENTITY e "1">]><CompleteMultipartUpload><Part><PartNumber>&e;</PartNumber>'
            "<ETag>x</ETag></Part></CompleteMultipartUpload>",
            "MalformedXML",
            id="entity",
        ),
        pytest.param("<a>" * 100_000, "MalformedXML", id="deep"),
        pytest.param(" " * 10 * MB, "XMLSizeLimit", id="10-megabytes"),
    ],
)
def test_a_document_that_cannot_be_read(emulator, bucket, begun, body, code):
    assert error_of(send_document(emulator, bucket, begun[0], body))[:2] == (400, code)


@pytest.mark.usefixtures("unchanged")
def test_a_document_with_a_wrong_digest(emulator, bucket, begun):
    upload, parts = begun
    answer = send_document(emulator, bucket, upload, document(parts), **{"Content-MD5": WRONG})
    assert error_of(answer)[:2] == (400, "BadDigest")


def test_ten_thousand_parts_fit_into_the_document(emulator, cos, bucket):
    upload = begin(cos, bucket)
    parts = [{"PartNumber": number, "ETag": etag(b"")} for number in range(1, 10_001)]
    body = document(parts, html.escape).replace("><", ">\n    <")
    answer = send_document(emulator, bucket, upload, body)
    assert len(body) > MB
    assert error_of(answer)[:2] == (400, "InvalidPart")


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("key", [KEY, "another"])
def test_an_upload_that_does_not_exist(cos, bucket, begun, key):
    upload, parts = begun
    upload = upload if key != KEY else UNKNOWN
    for ask in (
        lambda: put(cos, bucket, upload, 1, b"x", key),
        lambda: cos.list_parts(Bucket=bucket, Key=key, UploadId=upload),
        lambda: complete(cos, bucket, upload, parts, key),
        lambda: cos.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload),
    ):
        with refused("NoSuchUpload", 404):
            ask()


def test_a_completed_upload_is_gone(cos, bucket, begun):
    upload, parts = begun
    complete(cos, bucket, upload, parts)
    before = state_of(cos, bucket)
    with refused("NoSuchUpload", 404):
        complete(cos, bucket, upload, parts)
    with refused("NoSuchUpload", 404):
        put(cos, bucket, upload, 1, b"late")
    assert state_of(cos, bucket) == before


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("who", [{"key": STRANGER}, {"anonymous": True}], ids=["stranger", "anonymous"])
def test_an_upload_of_somebody_else(make_cos, bucket, begun, who):
    upload, parts = begun
    other = make_cos(**who)
    for ask in (
        lambda: begin(other, bucket),
        lambda: put(other, bucket, upload, 1, b"x"),
        lambda: other.list_parts(Bucket=bucket, Key=KEY, UploadId=upload),
        lambda: other.list_multipart_uploads(Bucket=bucket),
        lambda: complete(other, bucket, upload, parts),
        lambda: other.abort_multipart_upload(Bucket=bucket, Key=KEY, UploadId=upload),
    ):
        with refused("AccessDenied", 403):
            ask()


def test_an_upload_into_a_bucket_that_does_not_exist(cos):
    for ask in (
        lambda: begin(cos, f"missing-{APPID}"),
        lambda: put(cos, f"missing-{APPID}", UNKNOWN, 1, b"x"),
        lambda: cos.list_multipart_uploads(Bucket=f"missing-{APPID}"),
    ):
        with refused("NoSuchBucket", 404):
            ask()


@pytest.mark.parametrize(
    ("options", "code", "status"),
    [
        ({"StorageClass": "GLACIER"}, "NotSupportedStorageClass", 400),
        ({"Metadata": {"x-cos-meta-big": "m" * 2048}}, "InvalidArgument", 400),
        ({"Key": "k" * 851}, "KeyTooLong", 400),
    ],
    ids=["class", "metadata", "key"],
)
def test_an_upload_that_is_not_begun(cos, bucket, options, code, status):
    with refused(code, status):
        cos.create_multipart_upload(**{"Bucket": bucket, "Key": KEY, **options})
    assert state_of(cos, bucket) == ([], [])


@pytest.mark.usefixtures("unchanged")
def test_an_object_that_must_not_be_overwritten(emulator, bucket, begun):
    upload, parts = begun
    answer = send_document(emulator, bucket, upload, document(parts), **{"x-cos-forbid-overwrite": "true"})
    assert error_of(answer)[0] == 409


# Several at once, versions, encryption


def test_two_writers_of_one_part(emulator, make_cos, cos, bucket):
    upload = begin(cos, bucket)
    contents = [bytes([letter]) * MB for letter in b"abcdefgh"]

    def write(content):
        return put(make_cos(), bucket, upload, 1, content)["ETag"]

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(write, contents)) == [etag(content) for content in contents]
    ((number, kept, size),) = parts_of(cos, bucket, upload, KEY)
    (winner,) = [content for content in contents if etag(content) == kept]
    assert (number, size) == (1, MB)
    loser = next(content for content in contents if content != winner)
    with refused("InvalidPart", 400):
        complete(cos, bucket, upload, [{"PartNumber": 1, "ETag": etag(loser)}])
    complete(cos, bucket, upload, [{"PartNumber": 1, "ETag": kept}])
    assert body_of(cos.get_object(Bucket=bucket, Key=KEY)) == winner


def test_an_upload_is_completed_once(make_cos, cos, bucket, begun):
    upload, parts = begun

    def finish(_):
        answer = send_complete(make_cos(), bucket, upload, parts)
        return answer if isinstance(answer, str) else answer["ETag"]

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(finish, range(4)))
    assert sorted(answer == "NoSuchUpload" for answer in answers) == [False, True, True, True]


def send_complete(cos, bucket, upload, parts):
    try:
        return complete(cos, bucket, upload, parts)
    except Exception as error:
        return error.get_error_code()


def test_a_customer_key_has_to_come_with_every_part(cos, bucket):
    upload = begin(cos, bucket, **CUSTOMER_KEY)
    with refused("SsecDecryptHeaderInvalid", 400):
        put(cos, bucket, upload, 1, b"x")
    part = put(cos, bucket, upload, 1, b"x", **CUSTOMER_KEY)
    assert part["x-cos-server-side-encryption-customer-algorithm"] == "AES256"
    done = complete(cos, bucket, upload, [{"PartNumber": 1, "ETag": part["ETag"]}])
    assert done["x-cos-server-side-encryption-customer-key-MD5"] == CUSTOMER_KEY["SSECustomerKeyMD5"]
    assert body_of(cos.get_object(Bucket=bucket, Key=KEY, **CUSTOMER_KEY)) == b"x"


def test_versions(cos, bucket, begun):
    upload, parts = begun
    cos.put_bucket_versioning(Bucket=bucket, Status="Enabled")
    first = complete(cos, bucket, upload, parts)["x-cos-version-id"]
    cos.put_bucket_versioning(Bucket=bucket, Status="Suspended")
    upload = begin(cos, bucket)
    done = complete(cos, bucket, upload, put_all(cos, bucket, upload, LAST))
    assert done["x-cos-version-id"] == "null"
    got = cos.get_object(Bucket=bucket, Key=KEY, VersionId=first)
    assert body_of(got) == FIRST + SECOND + LAST
    for version in (first, "null"):
        cos.delete_object(Bucket=bucket, Key=KEY, VersionId=version)


def test_requests_that_uploads_have_no_place_for(emulator, bucket):
    for method, query in (("HEAD", "uploadId=x"), ("GET", "uploads"), ("DELETE", "uploads")):
        assert send(emulator, method, bucket, "k", query).status_code == 405
    answer = requests.post(signed_url(emulator, "POST", bucket, "", "uploads"), timeout=30)
    assert answer.status_code == 405

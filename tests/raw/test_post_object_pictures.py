"""POST Object with the field `Pic-Operations`, which is ours: the documentation of forms has none (spec: ci.md section 3)."""

from __future__ import annotations

import hashlib
import json
import time
import xml.etree.ElementTree as ET
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from drawn_pictures import RGB_SCENE, TEXT, saved
from form_body import CONTENT_TYPE, body, file, form, part, signed_fields
from raw_http import BUCKET, CLOUD, Answer, Server, request, signature

from ci_emulator.config import PUBLISHED_KEY

PNG = saved(RGB_SCENE)
ETAG = f'"{hashlib.md5(PNG).hexdigest()}"'
RULE = {"fileid": "result.png", "rule": "QRcode/cover/1"}


def rules(*several: dict[str, Any], info: int = 1) -> str:
    return json.dumps({"is_pic_info": info, "rules": several})


def post(server: Server, data: bytes, *lines: str) -> Answer:
    return server.ask(request("POST", "/", f"Content-Type: {CONTENT_TYPE}", *lines, host=CLOUD, body=data))


@pytest.fixture
def folder() -> str:
    """A folder of the test's own."""
    return f"form-{time.monotonic_ns()}"


@pytest.fixture
def fields(folder: str) -> dict[str, str]:
    return {"key": f"{folder}/source.png", "Pic-Operations": rules(RULE)}


def keys(server: Server, folder: str) -> list[str]:
    root = ET.fromstring(server.get(f"/?prefix={folder}/").body)
    return [str(key.text).removeprefix(f"{folder}/") for key in root.iterfind("Contents/Key")]


@pytest.mark.parametrize(("asked", "status"), [("", 200), ("200", 200), ("201", 201)])
def test_the_results_are_told(
    server: Server, folder: str, fields: dict[str, str], asked: str, status: int
) -> None:
    answer = post(server, form({**fields, "success_action_status": asked}, PNG))
    assert (answer.status, answer["Content-Type"]) == (status, "application/xml")
    assert answer["ETag"] == ETAG
    assert answer["Location"] == f"http://{CLOUD}/{folder}/source.png"
    assert int(answer["Content-Length"]) == len(answer.body)
    root = ET.fromstring(answer.body)
    assert root.tag == "UploadResult"
    assert root.findtext("OriginalInfo/Key") == f"{folder}/source.png"
    assert root.findtext("OriginalInfo/ETag") == ETAG
    assert root.findtext("OriginalInfo/ImageInfo/Format") == "PNG"
    assert root.findtext("ProcessResults/Object/Key") == f"{folder}/result.png"
    assert root.findtext("ProcessResults/Object/QRcodeInfo/CodeUrl") == TEXT
    assert keys(server, folder) == ["result.png", "source.png"]
    assert server.get(f"/{folder}/source.png").body == PNG
    assert server.get(f"/{folder}/result.png")["ETag"] == root.findtext("ProcessResults/Object/ETag")


def test_an_empty_answer(server: Server, folder: str, fields: dict[str, str]) -> None:
    answer = post(server, form({**fields, "success_action_status": "204"}, PNG))
    assert (answer.status, answer.body, answer["ETag"]) == (204, b"", ETAG)
    assert keys(server, folder) == ["result.png", "source.png"]


def test_a_redirect(server: Server, folder: str, fields: dict[str, str]) -> None:
    answer = post(server, form({**fields, "success_action_redirect": "http://my.website/"}, PNG))
    assert (answer.status, answer.body) == (303, b"")
    assert parse_qs(urlsplit(answer["Location"]).query)["etag"] == [ETAG]
    assert keys(server, folder) == ["result.png", "source.png"]


@pytest.mark.parametrize("name", ["pic-operations", "PIC-OPERATIONS"])
def test_the_case_of_the_field_does_not_count(server: Server, folder: str, name: str) -> None:
    answer = post(server, form({"key": f"{folder}/a.png", name: rules(RULE)}, PNG))
    assert answer.status == 200
    assert keys(server, folder) == ["a.png", "result.png"]


def test_an_empty_field_is_none(server: Server, folder: str) -> None:
    answer = post(server, form({"key": f"{folder}/a", "Pic-Operations": ""}, b"no picture"))
    assert (answer.status, answer.body) == (204, b"")


def test_a_field_behind_the_file_is_not_read(server: Server, folder: str) -> None:
    behind = part("Pic-Operations", rules(RULE))
    answer = post(server, body(part("key", f"{folder}/a.png"), file(PNG), behind))
    assert answer.status in (204, 400)
    assert "result.png" not in keys(server, folder)


@pytest.mark.parametrize(
    ("header", "content", "status", "code"),
    [
        ("{", PNG, 400, "InvalidPicOperations"),
        (rules(*[RULE] * 6), PNG, 400, "InvalidPicOperations"),
        (rules({**RULE, "rule": "imageMogr2/rotate/90"}), PNG, 501, "NotImplemented"),
        (rules({**RULE, "bucket": "absent-1250000000"}), PNG, 404, "NoSuchBucket"),
        (rules(RULE), b"no picture", 400, "InvalidImageFormat"),
        (rules(RULE), b"", 400, "InvalidImageFormat"),
        (rules(RULE), PNG + bytes(3 * 2**20), 400, "ImageTooLarge"),
        (rules(), PNG + bytes(33 * 2**20), 400, "ImageTooLarge"),
    ],
)
def test_refused_forms_leave_nothing(
    server: Server, folder: str, header: str, content: bytes, status: int, code: str
) -> None:
    answer = post(server, form({"key": f"{folder}/a.png", "Pic-Operations": header}, content))
    assert (answer.status, answer.code) == (status, code)
    assert keys(server, folder) == []


def _signed(*conditions: Any) -> dict[str, str]:
    return signed_fields(PUBLISHED_KEY.secret_id, PUBLISHED_KEY.secret_key, time.time(), conditions)


def test_a_signed_form_and_its_policy(strict: Server, folder: str, fields: dict[str, str]) -> None:
    conditions: tuple[Any, ...] = (
        {"bucket": BUCKET},
        {"Pic-Operations": fields["Pic-Operations"]},
        ["content-length-range", 1, len(PNG)],
    )
    refused = post(strict, form({**fields, "Pic-Operations": "{}", **_signed(*conditions)}, PNG))
    assert (refused.status, refused.code) == (403, "AccessDenied")
    large = post(strict, form({**fields, **_signed(*conditions)}, PNG + b"\0"))
    assert (large.status, large.code) == (400, "EntityTooLarge")
    missing = strict.get(f"/{folder}/source.png", signature("GET", f"/{folder}/source.png"))
    assert missing.status == 404
    answer = post(strict, form({**fields, **_signed(*conditions)}, PNG))
    assert answer.status == 200
    path = f"/{folder}/result.png"
    assert strict.get(path, signature("GET", path)).status == 200


def test_rules_that_the_policy_does_not_name(strict: Server, folder: str, fields: dict[str, str]) -> None:
    conditions: tuple[Any, ...] = ({"bucket": BUCKET}, ["starts-with", "$key", f"{folder}/"])
    answer = post(strict, form({**fields, **_signed(*conditions)}, PNG))
    assert (answer.status, answer.code) == (403, "AccessDenied")
    assert b"Pic-Operations" in answer.body
    named = (*conditions, ["starts-with", "$Pic-Operations", ""])
    assert post(strict, form({**fields, **_signed(*named)}, PNG)).status == 200


def test_rules_in_a_form_whose_url_is_signed(strict: Server, folder: str, fields: dict[str, str]) -> None:
    answer = post(strict, form(fields, PNG), signature("POST", "/"))
    assert (answer.status, answer.code) == (403, "AccessDenied")


def test_a_form_of_nobody(strict: Server, folder: str, fields: dict[str, str]) -> None:
    answer = post(strict, form(fields, PNG))
    assert (answer.status, answer.code) == (403, "AccessDenied")

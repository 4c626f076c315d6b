"""What a request on the hosts of Cloud Infinite asks for, and what it leaves to the hosts of COS."""

from __future__ import annotations

import pytest

import ci_emulator.protocols.cos.dialect  # noqa: F401 - declares the actions
from ci_emulator.core.model import Call
from ci_emulator.core.target import Form, Target, parse_host
from ci_emulator.protocols.addressing import Addressing, locate
from ci_emulator.protocols.cos.select import REGISTRY, Selector, refusal, select, selector_of

BUCKET = "bkt-1250000000"
SUFFIX = "ap-x.myqcloud.com"
ON_BUCKET, ON_PICTURES, ON_COS, ON_REGION = (
    f"{BUCKET}.ci.{SUFFIX}",
    f"{BUCKET}.pic.{SUFFIX}",
    f"{BUCKET}.cos.{SUFFIX}",
    f"ci.{SUFFIX}",
)
PICTURE_RULES = {"pic-operations": '{"rules":[]}'}


def call_of(method: str, host: str, raw: str, headers: dict[str, str] | None = None) -> Call:
    path, _, query = raw.partition("?")
    target = Target(method, Form.ORIGIN, host, parse_host(host), path, query, headers or {})
    return Call(target, None, "", 0.0, place=locate(target, Addressing()))  # type: ignore[arg-type]


@pytest.mark.parametrize("host", [ON_BUCKET, ON_PICTURES])
@pytest.mark.parametrize(
    ("method", "raw", "called"),
    [
        ("PUT", "/", "CreateCIBucket"),
        ("POST", "/", "CreateCIBucket"),
        ("PUT", "/?q-ak=me&q-signature=x", "CreateCIBucket"),
        ("PUT", "/?unbind", "DeleteCIBucket"),
        ("PUT", "/?unbind=", "DeleteCIBucket"),
        ("GET", "/", "DescribeCIBuckets"),
        ("POST", "/ai_bucket", "CreateAiProcessBucket"),
        ("POST", "/ai_bucket?anything=1", "CreateAiProcessBucket"),
        ("DELETE", "/ai_bucket", "DeleteAiProcessBucket"),
        ("POST", "/picbucket", "CreatePicProcessBucket"),
        ("DELETE", "/picbucket", "DeletePicProcessBucket"),
    ],
)
def test_an_operation_on_a_bucket(host: str, method: str, raw: str, called: str) -> None:
    call = call_of(method, host, raw)
    assert select(call).name == called
    # It is the bucket whose owner may ask, and whose name policies see; no object is meant.
    assert (call.place.bucket, call.place.key) == (BUCKET, None)


@pytest.mark.parametrize("host", [ON_REGION, "service.ci.myqcloud.com", "127.0.0.1:9000"])
@pytest.mark.parametrize(
    ("path", "called"), [("ai_bucket", "DescribeAiProcessBucket"), ("picbucket", "DescribePicProcessBucket")]
)
def test_a_list(host: str, path: str, called: str) -> None:
    call = call_of("GET", host, f"/{path}?pageNumber=1")
    assert select(call).name == called
    assert (call.place.bucket, call.place.key) == (None, None)


@pytest.mark.parametrize("host", [ON_BUCKET, ON_PICTURES])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/jobs"),
        ("GET", "/jobs/j0123"),
        ("POST", "/pic_jobs"),
        ("GET", "/queue"),
        ("PUT", "/queue/p0123"),
        ("POST", "/template"),
        ("POST", "/image/auditing"),
        ("POST", "/asrbucket"),
        ("DELETE", "/mediabucket"),
        ("PUT", "/picture.png"),
        ("GET", "/picture.png"),
        ("DELETE", "/picture.png"),
    ],
)
def test_other_paths_are_refused_by_name(host: str, method: str, path: str) -> None:
    call = call_of(method, host, path)
    error = refusal(selector_of(call))
    assert error.code == "NotImplemented"
    assert f"{method} {path} " in str(error)
    assert select(call).name == "Unknown"
    assert call.place.key is None


@pytest.mark.parametrize("host", [ON_BUCKET, ON_PICTURES])
@pytest.mark.parametrize(
    ("method", "query"),
    [
        ("PUT", "style"),
        ("GET", "style"),
        ("PUT", "origin-protect"),
        ("GET", "hotlink"),
        ("DELETE", "nonsense"),
    ],
)
def test_what_nobody_knows_never_binds_a_bucket(host: str, method: str, query: str) -> None:
    error = refusal(selector_of(call_of(method, host, f"/?{query}")))
    assert error.code == "NotImplemented"
    assert f"{method} {query} " in str(error)


@pytest.mark.parametrize(
    ("method", "host", "raw", "named"),
    [
        ("POST", ON_REGION, "/ai_bucket", "BUCKET.ci."),
        ("DELETE", ON_REGION, "/picbucket", "BUCKET.ci."),
        ("PUT", ON_REGION, "/", "BUCKET.ci."),
        ("GET", ON_REGION, "/", "BUCKET.ci."),
        ("PUT", ON_REGION, "/?unbind", "BUCKET.ci."),
        ("GET", ON_BUCKET, "/ai_bucket", " ci."),
        ("GET", ON_PICTURES, "/picbucket", " ci."),
    ],
)
def test_an_operation_on_the_wrong_host(method: str, host: str, raw: str, named: str) -> None:
    error = refusal(selector_of(call_of(method, host, raw)))
    assert error.code == "InvalidHost"
    assert named in str(error)


@pytest.mark.parametrize("path", ["/ai_bucket", "/picbucket", "/?unbind"])
@pytest.mark.parametrize("method", ["HEAD", "PATCH"])
def test_other_methods(method: str, path: str) -> None:
    assert refusal(selector_of(call_of(method, ON_BUCKET, path))).code == "MethodNotAllowed"


@pytest.mark.parametrize("host", [ON_BUCKET, ON_PICTURES, ON_COS])
@pytest.mark.parametrize("key", ["a/picture.png", "ai_bucket", "picbucket"])
def test_ci_process_is_about_an_object_on_every_host(host: str, key: str) -> None:
    call = call_of("GET", host, f"/{key}?ci-process=QRcode")
    assert select(call).name == "QRcode"
    assert (call.place.bucket, call.place.key) == (BUCKET, key)


@pytest.mark.parametrize("host", [ON_PICTURES, ON_COS])
@pytest.mark.parametrize(
    ("method", "query", "headers"),
    [
        ("PUT", "", PICTURE_RULES),
        ("POST", "?image_process", PICTURE_RULES),
        ("GET", "?imageInfo", {}),
        ("GET", "?exif", {}),
        ("GET", "?imageAve=", {}),
    ],
)
def test_pictures_on_a_picture_host(host: str, method: str, query: str, headers: dict[str, str]) -> None:
    call = call_of(method, host, f"/a/picture.png{query}", headers)
    selector = selector_of(call)
    assert (selector.scope, selector.service) == ("object", "cos")
    select(call)
    assert call.place.key == "a/picture.png"


@pytest.mark.parametrize("path", ["ai_bucket", "picbucket"])
@pytest.mark.parametrize(
    ("method", "called"),
    [("GET", "GetObject"), ("PUT", "PutObject"), ("HEAD", "HeadObject"), ("DELETE", "DeleteObject")],
)
def test_an_object_that_is_named_like_a_service(path: str, method: str, called: str) -> None:
    for host, raw in ((ON_COS, f"/{path}"), ("127.0.0.1", f"/{BUCKET}/{path}")):
        call = call_of(method, host, raw)
        assert select(call).name == called
        assert call.place.key == path


def test_unbind_means_nothing_on_a_cos_host() -> None:
    assert refusal(selector_of(call_of("PUT", ON_COS, "/?unbind"))).code == "NotImplemented"


def test_binding_is_no_creation_of_a_bucket() -> None:
    assert REGISTRY.find(Selector("bucket", "PUT")) is not REGISTRY.find(
        Selector("bucket", "PUT", service="ci")
    )

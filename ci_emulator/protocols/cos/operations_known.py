"""Every documented operation of COS hosts, carried out here or not (spec: cos.md section 4; ci.md sections 3 and 6).

What is carried out is told by the registry. An operation of this list that is not in the registry is refused as
NotImplemented, and `docs/coverage.md` names it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Documented:
    """An operation as the documentation names it, and what selects it (see `select.Selector`).

    `document` is the number of its page in the documentation of the product, 436 on the international site; empty where
    only SDKs or overviews name the operation.
    """

    title: str
    scope: str
    method: str
    name: str = ""
    document: str = ""
    service: str = "cos"


def _bucket(title: str, method: str, name: str = "", document: str = "") -> Documented:
    return Documented(title, "bucket", method, name, document)


def _object(title: str, method: str, name: str = "", document: str = "") -> Documented:
    return Documented(title, "object", method, name, document)


def _configuration(name: str, title: str = "", **documents: str) -> tuple[Documented, ...]:
    """Return the operations on a configuration of buckets; `documents` are the pages by method."""
    return tuple(
        _bucket(f"{method} Bucket {title or name}", method, name, document)
        for method, document in documents.items()
    )


_BUCKETS = (
    Documented("GET Service (List Buckets)", "service", "GET", document="8291"),
    _bucket("PUT Bucket", "PUT", document="7738"),
    _bucket("HEAD Bucket", "HEAD", document="7735"),
    _bucket("DELETE Bucket", "DELETE", document="7732"),
    _bucket("GET Bucket (List Objects)", "GET", document="30614"),
    _bucket("GET Bucket Object versions", "GET", "versions", "31551"),
    _bucket("GET Bucket location", "GET", "location"),
    *_configuration("acl", PUT="7737", GET="7733"),
    *_configuration("versioning", PUT="19889", GET="19888"),
)

_CONFIGURATIONS = (
    *_configuration("cors", PUT="8279", GET="8274", DELETE="8283"),
    *_configuration("lifecycle", PUT="8280", GET="8278", DELETE="8284"),
    *_configuration("policy", PUT="8282", GET="8276", DELETE="8285"),
    *_configuration("referer", PUT="31423", GET="30615"),
    *_configuration("tagging", PUT="8281", GET="8277", DELETE="8286"),
    *_configuration("website", PUT="30617", GET="30616", DELETE="30629"),
    *_configuration("intelligenttiering", "IntelligentTiering", PUT="38314", GET="38315"),
    *_configuration("intelligent-tiering", "IntelligentTiering by id", PUT="", GET="", DELETE=""),
    _bucket("List Bucket IntelligentTiering configurations", "GET", "intelligent-tiering&list"),
    *_configuration("inventory", PUT="30625", POST="46869", GET="30623", DELETE="30626"),
    _bucket("List Bucket Inventory Configurations", "GET", "inventory&list", "30627"),
    *_configuration("replication", PUT="19223", GET="19222", DELETE="19221"),
    *_configuration("logging", PUT="17054", GET="17053"),
    *_configuration("accelerate", "Accelerate", PUT="33411", GET="33412"),
    *_configuration("encryption", PUT="33459", GET="33460", DELETE="33461"),
    *_configuration("object-lock", "ObjectLockConfiguration", PUT="40133", GET="40134"),
    *_configuration("origin", PUT="", GET="", DELETE=""),
    *_configuration("domain", PUT="35868", GET="35869", DELETE=""),
    *_configuration("domaincertificate", "DomainCertificate", PUT="", GET="", DELETE=""),
    *_configuration("strict-signature", "StrictSignature", PUT="", GET="", DELETE=""),
    *_configuration("response-control", "ResponseControl", PUT="", GET="", DELETE=""),
    *_configuration("notification", PUT="", GET=""),
)

_OBJECTS = (
    _object("PUT Object", "PUT", document="7749"),
    _object("PUT Object - Copy", "PUT", "x-cos-copy-source", "10881"),
    _bucket("POST Object", "POST", document="14690"),
    _object("APPEND Object", "POST", "append", "7741"),
    _object("GET Object", "GET", document="7753"),
    _object("HEAD Object", "HEAD", document="7745"),
    _object("DELETE Object", "DELETE", document="7743"),
    _bucket("DELETE Multiple Objects", "POST", "delete", "8289"),
    _object("OPTIONS Object", "OPTIONS", document="8288"),
    _object("POST Object restore", "POST", "restore", "12633"),
    _object("SELECT Object Content", "POST", "select", "32360"),
    _object("PUT Object acl", "PUT", "acl", "7748"),
    _object("GET Object acl", "GET", "acl", "7744"),
    _object("PUT Object tagging", "PUT", "tagging", "35709"),
    _object("GET Object tagging", "GET", "tagging", "35710"),
    _object("DELETE Object tagging", "DELETE", "tagging", "35711"),
    _object("PUT Object retention", "PUT", "retention"),
    _object("GET Object retention", "GET", "retention", "40135"),
    _object("PUT Symlink", "PUT", "symlink"),
    _object("GET Symlink", "GET", "symlink"),
)

_MULTIPART = (
    _object("Initiate Multipart Upload", "POST", "uploads", "7746"),
    _object("Upload Part", "PUT", "uploadId", "7750"),
    _object("Upload Part - Copy", "PUT", "uploadId&x-cos-copy-source", "8287"),
    _object("Complete Multipart Upload", "POST", "uploadId", "7742"),
    _object("Abort Multipart Upload", "DELETE", "uploadId", "7740"),
    _object("List Parts", "GET", "uploadId", "7747"),
    _bucket("List Multipart Uploads", "GET", "uploads", "7736"),
)

_BEYOND = (
    _object("PUT LiveChannel", "PUT", "live"),
    _object("GET LiveChannel", "GET", "live"),
    _object("DELETE LiveChannel", "DELETE", "live"),
    _bucket("List LiveChannels", "GET", "live"),
    _object("GET playlist of a LiveChannel", "GET", "vod"),
    _object("POST playlist of a LiveChannel", "POST", "vod"),
    Documented("Vector buckets, indexes and vectors", "service", "POST", service="dataset"),
    Documented("Datasets (MetaInsight)", "service", "POST", service="dataset"),
    Documented("Batch operation jobs", "service", "POST", document="33781", service="dataset"),
)

PICTURES = (
    _object("Basic picture processing", "GET", "imageMogr2"),
    _object("Thumbnails in quick form", "GET", "imageView2"),
    _object("Watermarks", "GET", "watermark"),
    _object("Pictures by a style", "GET", "style"),
    _object("Picture processing, the result stored", "POST", "image_process"),
    _object("Picture information", "GET", "imageInfo"),
    _object("EXIF data", "GET", "exif"),
    _object("Average colour", "GET", "imageAve"),
    _object("Detection of what is behind a picture", "GET", "imageInspect"),
    _object("Picture processing at upload", "PUT", "pic-operations"),
    _object("Picture processing at the end of a multipart upload", "POST", "uploadId&pic-operations"),
    _bucket("PUT style", "PUT", "style"),
    _bucket("GET style", "GET", "style"),
    _bucket("DELETE style", "DELETE", "style"),
)
"""Pictures processed on COS hosts, a part of Cloud Infinite."""


def _service(title: str, method: str, name: str = "", scope: str = "bucket") -> Documented:
    return Documented(title, scope, method, name, service="ci")


SERVICE_SWITCHES = (
    _service("Unbind a bucket from Cloud Infinite", "PUT", "unbind"),
    _service("Bind a bucket to Cloud Infinite", "PUT"),
    _service("Bind a bucket, as the example writes it", "POST"),
    _service("Whether a bucket is bound", "GET"),
    _service("List the bound buckets", "GET", "/cibuckets", "service"),
    *(
        operation
        for path, what in (
            ("/ai_bucket", "AI content recognition"),
            ("/picbucket", "asynchronous picture processing"),
            ("/asrbucket", "speech recognition"),
            ("/docbucket", "document processing"),
            ("/file_bucket", "file processing"),
            ("/mediabucket", "media processing"),
        )
        for operation in (
            _service(f"Open {what}", "POST", path),
            _service(f"Close {what}", "DELETE", path),
            _service(f"List the buckets with {what}", "GET", path, "service"),
        )
    ),
)
"""The services of Cloud Infinite, on its own hosts."""

GROUPS: dict[str, tuple[Documented, ...]] = {
    "Buckets": _BUCKETS,
    "Configurations of buckets": _CONFIGURATIONS,
    "Objects": _OBJECTS,
    "Multipart uploads": _MULTIPART,
    "Other services on COS hosts": _BEYOND,
}
"""The operations of object storage in the order of the page, under its headings."""

DOCUMENTED: frozenset[tuple[str, str, str]] = frozenset(
    (known.scope, known.method, known.name)
    for group in (*GROUPS.values(), PICTURES, SERVICE_SWITCHES)
    for known in group
)
"""(scope, method, name) of every operation."""

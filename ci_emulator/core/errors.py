"""Why something was refused, in words that no cloud owns.

Operations, engines and stores raise `Refusal(kind)`. Each dialect has one table that gives the kind its code, its
HTTP status and its message (`protocols/<dialect>/errors.py`), so a capability never learns whom it serves.
"""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """The reasons for a refusal that operations, engines, stores and the front know."""

    # the request as such
    MALFORMED_REQUEST = "malformed-request"
    MALFORMED_URI = "malformed-uri"
    HEAD_TOO_LARGE = "head-too-large"
    METHOD_NOT_ALLOWED = "method-not-allowed"
    NOT_IMPLEMENTED = "not-implemented"
    UNSUPPORTED_EXPECTATION = "unsupported-expectation"
    ADDRESS_AMBIGUOUS = "address-ambiguous"
    LENGTH_REQUIRED = "length-required"
    BODY_TOO_LARGE = "body-too-large"
    XML_TOO_LARGE = "xml-too-large"
    BODY_INCOMPLETE = "body-incomplete"
    BODY_TIMEOUT = "body-timeout"
    BODY_MISSING = "body-missing"
    XML_MALFORMED = "xml-malformed"
    DIGEST_MALFORMED = "digest-malformed"
    DIGEST_MISMATCH = "digest-mismatch"
    PARAMETER_MISSING = "parameter-missing"
    PARAMETER_INVALID = "parameter-invalid"
    # who asks
    ACCESS_DENIED = "access-denied"
    # buckets and objects
    BUCKET_NAME_INVALID = "bucket-name-invalid"
    BUCKET_NAME_TOO_LONG = "bucket-name-too-long"
    BUCKET_MISSING = "bucket-missing"
    BUCKET_OWNED_BY_YOU = "bucket-owned-by-you"
    BUCKET_TAKEN = "bucket-taken"
    BUCKET_NOT_EMPTY = "bucket-not-empty"
    TOO_MANY_BUCKETS = "too-many-buckets"
    KEY_INVALID = "key-invalid"
    KEY_TOO_LONG = "key-too-long"
    KEY_MISSING = "key-missing"
    KEY_EXISTS = "key-exists"
    SYMLINK_NOT_FOLLOWED = "symlink-not-followed"
    VERSION_MISSING = "version-missing"
    NOT_APPENDABLE = "not-appendable"
    APPEND_POSITION = "append-position"
    OBJECT_TOO_LARGE = "object-too-large"
    UPLOAD_MISSING = "upload-missing"
    PART_INVALID = "part-invalid"
    PART_ORDER = "part-order"
    PART_TOO_SMALL = "part-too-small"
    METADATA_TOO_LARGE = "metadata-too-large"
    STORAGE_CLASS_UNKNOWN = "storage-class-unknown"
    PRECONDITION_FAILED = "precondition-failed"
    RANGE_NOT_SATISFIABLE = "range-not-satisfiable"
    STORAGE_FULL = "storage-full"
    STORAGE_UNAVAILABLE = "storage-unavailable"
    # pictures
    IMAGE_EMPTY = "image-empty"
    IMAGE_UNREADABLE = "image-unreadable"
    IMAGE_FORMAT_UNSUPPORTED = "image-format-unsupported"
    IMAGE_TOO_MANY_PIXELS = "image-too-many-pixels"
    IMAGE_TOO_FEW_PIXELS = "image-too-few-pixels"
    IMAGE_TOO_MANY_BYTES = "image-too-many-bytes"
    # codes
    CONTENT_UNENCODABLE = "content-unencodable"
    CONTENT_TOO_LONG = "content-too-long"
    WIDTH_TOO_SMALL = "width-too-small"
    # the server itself
    ENGINE_FAILED = "engine-failed"
    ENGINE_TIMEOUT = "engine-timeout"
    ENGINE_UNAVAILABLE = "engine-unavailable"
    OVERLOADED = "overloaded"
    SHUTTING_DOWN = "shutting-down"
    INTERNAL = "internal"


class Refusal(Exception):
    """A request that is not carried out; `facts` fill the placeholders of the dialect's message.

    `message` replaces the dialect's own text; it is shown to the caller, so it never holds a secret, a path of this
    machine or a traceback.
    """

    def __init__(self, kind: Kind, message: str | None = None, **facts: object) -> None:
        super().__init__(message or kind.value)
        self.kind = kind
        self.message = message
        self.facts: dict[str, str] = {name: str(value) for name, value in facts.items()}

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (self.kind, self.message, self.facts))


def _rebuild(kind: Kind, message: str | None, facts: dict[str, str]) -> Refusal:
    return Refusal(kind, message, **facts)

"""Write `docs/errors.md` from the error tables; with `--check`, exit with 1 when the page differs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from generated import plain, run, table

from ci_emulator.protocols.cos import errors as cos
from ci_emulator.protocols.cos.ci_error_table import CI_MEDIA_NUMERIC, CI_NUMERIC
from ci_emulator.protocols.error_model import ErrorRow, without_defaults
from ci_emulator.protocols.oss import errors as oss
from ci_emulator.protocols.oss.error_table import ECS
from ci_emulator.protocols.tencentcloud import errors as tencentcloud

_INTRO = """\
# Errors

This page is generated from the error tables of the code by `python tools/make_error_docs.py`; do not edit it.

How to read the tables:

- **Text** says whether the message is `real`, that is, known word for word from the real service or its documentation,
  or `ours`: the sentence is not the real service's. Write tests against codes, not against sentences that are ours.
- **Reason** is the emulator's own word for the refusals that are always sent under this code. A row without a reason
  is sent by single operations, or is only listed until the operation exists that sends it.
- **Listed in** names where the code and its status are documented; `ours` marks what the real service does not document.
- `{name}` in a message is filled from the request; when nothing is known about it, a neutral word takes its place.
- One code with several messages or statuses has one row for each.
"""

_COS = """\
## COS and Cloud Infinite hosts

`Content-Type: application/xml` without a charset, the headers `x-cos-request-id` and `x-cos-trace-id`, and this body:

```xml
{example}
```

- No element is ever empty, because the SDK for Python reads an error with an empty element as "Unknown"; a request
  without a bucket has the Resource `/`.
- After Message, a wrong signature carries StringToSign and FormatString as the server computed them, and an expired or
  skewed one carries ServerTime.
- The answer to HEAD has the status and both ids, no body, and `Content-Length: 0`.
- Characters that XML cannot carry are replaced by U+FFFD.
- The SDKs for Python and Node repeat a request that was answered with 5xx, Python three times within about six seconds.
  An image on which the native reader crashes or hangs is therefore refused with 400: the same image would fail again.

`436/7730` is the page "Error codes" of COS (2024 edition unless said otherwise), `460/42867` that of the jobs of Cloud
Infinite. The messages are English, as those of the real service.

"""

_NUMERIC = """\
### Numbers of picture operations

The real service sends them in the header `X-ErrNo` when processing at download time or at upload time fails.

"""

_MEDIA = """\
### Numbers of the media service

"""

_TENCENTCLOUD = """\
## API 3.0 (QrcodeOCR)

Always HTTP status 200 and `Content-Type: application/json` without a charset:

```json
{example}
```

Messages are Chinese for the language `zh-CN` (the default of the SDK for Python and of tccli) and English otherwise.
Under **Text**, the first word is about the English message and the second about the Chinese one. `common error codes`
is the list that all actions share, `QrcodeOCR` that of the action, `OCR product` the newer codes of its product.

"""


_OSS = """\
## Alibaba Cloud OSS

`Content-Type: application/xml`, the headers `x-oss-request-id` and, where the situation has one, `x-oss-ec`, and this body
without a namespace:

```xml
{example}
```

- The answer to HEAD has no body; its document stands in base64 in the header `x-oss-err`.
- BucketName, Key, and after a wrong signature OSSAccessKeyId, SignatureProvided, StringToSign, StringToSignBytes and (version 4)
  CanonicalRequest follow HostId.
- **EC** is the number by which the vendor's troubleshooting page finds a situation; a code has several.

"""


def page() -> str:
    """Return the whole page."""
    cos_rows = sorted(cos.COS_ERRORS, key=lambda row: (row.status, row.code, row.variant))
    tc_rows = sorted(tencentcloud.TC_ERRORS, key=lambda row: (row.code, row.variant))
    return "\n".join(
        (
            _INTRO,
            _COS.replace("{example}", _cos_example())
            + _table(
                ("Status", "Code", "Message", "Text", "Reason", "Listed in", "Note"),
                map(_cos_cells, cos_rows),
            ),
            _NUMERIC + _table(("Number", "Meaning"), ((str(n), text) for n, text in CI_NUMERIC.items())),
            _MEDIA + _table(("Number", "Code"), ((str(n), code) for n, code in CI_MEDIA_NUMERIC.items())),
            _TENCENTCLOUD.replace("{example}", _tc_example())
            + _table(
                ("Code", "English", "Chinese", "Text", "Reason", "Listed in", "Note"), map(_tc_cells, tc_rows)
            ),
            _OSS.replace("{example}", _oss_example())
            + _table(
                ("Status", "Code", "Message", "EC", "Text", "Reason", "Listed in", "Note"),
                map(_oss_cells, sorted(oss.OSS_ERRORS, key=lambda row: (row.status, row.code, row.variant))),
            ),
        )
    )


def _cos_example() -> str:
    rendered = cos.render(
        cos.fail("NoSuchKey"),
        resource="examplebucket-1250000000.cos.ap-guangzhou.myqcloud.com/exampleobject",
        request_id="NWZkMmI3YjBfMWEyYjNjNGRfNWU2Zl83MDgx",
        trace_id="MDEyMzQ1Njc4OWFiY2RlZg==",
        head=False,
        now=0,
    )
    return rendered.body.decode()


def _tc_example() -> str:
    body = tencentcloud.render(
        tencentcloud.fail("AuthFailure.SecretIdNotFound"),
        language="en-US",
        request_id="0f3a6f0e-5a0c-4d0e-9c1b-2f6f0a4f9b1d",
    )
    return body.decode()


def _cos_cells(row: ErrorRow) -> tuple[str, ...]:
    return str(row.status), row.code, row.message, _text(row, "en"), _reasons(row), row.source, row.note


def _oss_example() -> str:
    rendered = oss.render(
        oss.fail("AccessDenied"),
        host="photos.oss-cn-hangzhou.aliyuncs.com",
        request_id="5C3D9175B6FC201293AD0C3F",
        head=False,
    )
    return rendered.body.decode()


def _oss_cells(row: ErrorRow) -> tuple[str, ...]:
    ec = ECS.get((row.code, row.variant), "")
    return str(row.status), row.code, row.message, ec, _text(row, "en"), _reasons(row), row.source, row.note


def _tc_cells(row: ErrorRow) -> tuple[str, ...]:
    texts = f"{_text(row, 'en')}, {_text(row, 'zh')}"
    return row.code, row.message, row.message_zh, texts, _reasons(row), row.source, row.note


def _text(row: ErrorRow, language: str) -> str:
    return "real" if language in row.known else "ours"


def _reasons(row: ErrorRow) -> str:
    return ", ".join(row.kinds)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table, with placeholders shown as plain `{name}`."""
    return table(head, ([plain(without_defaults(cell)) for cell in row] for row in rows))


def main(argv: Sequence[str] | None = None) -> int:
    """Write the page, or compare it with `--check`; return the exit status."""
    return run("tools/make_error_docs.py", {"errors.md": page()}, argv)


if __name__ == "__main__":
    raise SystemExit(main())

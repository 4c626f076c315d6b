"""What every signature scheme is given, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from ci_emulator.auth.credentials import Credential


class SignedRequest(msgspec.Struct, frozen=True):
    """The facts of one request as they came in; nothing is normalised.

    `method` is as sent. `raw_path` is the percent-encoded path of the target and starts with `/`; `raw_query` is the text after
    `?`, empty when there is none. `host` is the authority as sent: it may hold a port and may even be a literal
    `http://127.0.0.1:9000` (tencentcloud-api3.md section 0, trap 6). `headers` has lower-case names; values are as
    on the wire with blanks stripped, repeated headers joined by `,`. Bytes that are not UTF-8 are surrogate escapes in
    every text. `body` is needed by TC3 alone.
    """

    method: str
    raw_path: str
    raw_query: str
    host: str
    headers: Mapping[str, str]
    body: bytes = b""


class Reason(StrEnum):
    """Why a request is not accepted."""

    UNSIGNED = "unsigned"
    MALFORMED = "malformed"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    SCOPE_DATE_MISMATCH = "scope-date-mismatch"
    PAYLOAD_HASH_MISMATCH = "payload-hash-mismatch"
    UNKNOWN_KEY = "unknown-key"
    SIGNATURE_MISMATCH = "signature-mismatch"
    TOKEN_INVALID = "token-invalid"  # noqa: S105 - a reason, not a token
    TOKEN_EXPIRED = "token-expired"  # noqa: S105 - a reason, not a token


class Verdict(msgspec.Struct, frozen=True):
    """The answer to a signature; accepted when `reason` is None.

    `credential` is set when the request is accepted and its key is known. `secret_id` is the key id that was named,
    known or not. `string_to_sign` and `format_string` (the canonical request) are what the server computed for its
    first candidate, set on SIGNATURE_MISMATCH; they hold text of the request, so escape them before they are shown.
    `diagnosis` is one printable line for the log; it never holds a secret, a token or a signature.
    """

    credential: Credential | None = None
    reason: Reason | None = None
    string_to_sign: str = ""
    format_string: str = ""
    diagnosis: str = ""
    secret_id: str = ""

    @property
    def accepted(self) -> bool:
        """Whether the request may go on to authorisation."""
        return self.reason is None


def one_line(text: str, limit: int = 400) -> str:
    """Make text that holds parts of a request safe for a log line: printable, at most `limit` characters."""
    shown = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text[: limit + 1])
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def refuse(reason: Reason, diagnosis: str, secret_id: str = "") -> Verdict:
    """Build the verdict of a refusal that shows no string to sign."""
    return Verdict(reason=reason, diagnosis=one_line(diagnosis), secret_id=secret_id)

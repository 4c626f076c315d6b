"""TC3-HMAC-SHA256, the signature of Tencent API 3.0 (tencentcloud-api3.md section 1.3)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from ci_emulator.auth import checks, hosts
from ci_emulator.auth.credentials import Credential, CredentialSource, same_text
from ci_emulator.auth.model import Reason, SignedRequest, Verdict, one_line, refuse
from ci_emulator.auth.percent import to_bytes, to_text

ALGORITHM = "TC3-HMAC-SHA256"
_UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"
_MANDATORY = frozenset({"content-type", "host"})
_PARTS = frozenset({"Credential", "SignedHeaders", "Signature"})


@dataclass(frozen=True, slots=True)
class _Authorization:
    """The fields of a well-formed Authorization header; `service` is what the client made of its endpoint."""

    secret_id: str
    date: str
    service: str
    signed_headers: str
    signature: str

    @property
    def names(self) -> list[str]:
        return [name.strip().lower() for name in self.signed_headers.split(";")]

    @property
    def scope(self) -> str:
        return f"{self.date}/{self.service}/tc3_request"


def verify(
    request: SignedRequest, credentials: CredentialSource, now: float, *, check_signature: bool = True
) -> Verdict:
    """Judge a request at `now` (unix seconds).

    The order is: shape, timestamp, scope date, payload hash, key, signature, token (section 1.6). With
    `check_signature=False` an unknown key and a wrong signature pass, everything else is still refused.
    """
    value = request.headers.get("authorization", "")
    if not value:
        return refuse(Reason.UNSIGNED, "no Authorization header")
    authorization = _parse(value)
    if isinstance(authorization, str):
        return refuse(Reason.MALFORMED, authorization)
    secret_id = authorization.secret_id
    timestamp = request.headers.get("x-tc-timestamp", "")
    if (problem := checks.check_timestamp("X-TC-Timestamp", timestamp, secret_id, now)) is not None:
        return problem
    if (problem := _date_problem(timestamp, authorization)) is not None:
        return problem
    declared = request.headers.get("x-tc-content-sha256", "")
    payload_hash = _payload_hash(request, declared)
    if declared and declared != _UNSIGNED_PAYLOAD and declared.lower() != payload_hash:
        why = "X-TC-Content-SHA256 is neither UNSIGNED-PAYLOAD nor the SHA-256 of the payload"
        return refuse(Reason.PAYLOAD_HASH_MISMATCH, why, secret_id)
    token = request.headers.get("x-tc-token", "")
    tokens = (token,) if token else ()
    credential = credentials.find(secret_id, tokens)
    if credential is None:
        return checks.unknown_key(secret_id, tokens) if check_signature else Verdict(secret_id=secret_id)
    if check_signature:
        texts = list(_canonical_requests(request, authorization, payload_hash))
        key = signing_key(credential.secret_key, authorization.date, authorization.service)
        if not _any_matches(texts, key, timestamp, authorization):
            return Verdict(
                reason=Reason.SIGNATURE_MISMATCH,
                string_to_sign=_string_to_sign(timestamp, authorization.scope, texts[0]),
                format_string=to_text(texts[0]),
                diagnosis=_diagnose(request, authorization, timestamp, credential),
                secret_id=secret_id,
            )
    return checks.accept(credential, tokens, now)


def sign(
    credential: Credential,
    method: str,
    *,
    timestamp: int,
    service: str,
    headers: Mapping[str, str],
    body: bytes = b"",
    raw_query: str = "",
) -> str:
    """Return the Authorization value the docs describe; `headers` are all that shall be signed, under any case.

    They have to hold Content-Type and Host. `timestamp` (unix seconds) goes into X-TC-Timestamp as well.
    """
    lowered = sorted((name.lower(), value.strip().lower()) for name, value in headers.items())
    names = ";".join(name for name, _ in lowered)
    lines = (
        method,
        "/",
        raw_query if method == "GET" else "",
        "".join(f"{name}:{value}\n" for name, value in lowered),
        names,
        hashlib.sha256(body).hexdigest(),
    )
    date = _utc_date(timestamp)
    scope = f"{date}/{service}/tc3_request"
    text = _string_to_sign(str(timestamp), scope, to_bytes("\n".join(lines)))
    signature = _signature(signing_key(credential.secret_key, date, service), text)
    return (
        f"{ALGORITHM} Credential={credential.secret_id}/{scope}, SignedHeaders={names}, Signature={signature}"
    )


def signing_key(secret_key: str, date: str, service: str) -> bytes:
    """Derive the key of one day and service from a secret."""
    key = to_bytes("TC3" + secret_key)
    for step in (date, service, "tc3_request"):
        key = hmac.digest(key, to_bytes(step), "sha256")
    return key


def _parse(value: str) -> _Authorization | str:
    """Return the fields, or why there are none."""
    if value == "SKIP":
        return "the client was told not to sign (Authorization: SKIP)"
    algorithm, _, rest = value.partition(" ")
    if algorithm != ALGORITHM:
        return f"the Authorization header does not begin with {ALGORITHM}"
    pairs = [item.strip().partition("=") for item in rest.split(",")]
    parts = {name: text for name, _, text in pairs}
    if parts.keys() != _PARTS or len(pairs) != len(_PARTS) or not all(parts.values()):
        return "the Authorization header does not hold Credential, SignedHeaders and Signature once each"
    # A service may hold slashes: the Node SDK takes it from the endpoint as it was configured.
    secret_id, _, scope = parts["Credential"].partition("/")
    date, _, tail = scope.partition("/")
    service, _, terminator = tail.rpartition("/")
    if not (secret_id and date and service) or terminator != "tc3_request":
        return "Credential is not <SecretId>/<date>/<service>/tc3_request"
    authorization = _Authorization(secret_id, date, service, parts["SignedHeaders"], parts["Signature"])
    if unsigned := sorted(_MANDATORY.difference(authorization.names)):
        return f"SignedHeaders lacks {' and '.join(unsigned)}"
    return authorization


def _date_problem(timestamp: str, authorization: _Authorization) -> Verdict | None:
    date = _utc_date(int(timestamp))
    if authorization.date == date:
        return None
    why = f"the scope's date is {authorization.date!r}, X-TC-Timestamp is on {date} in UTC (local date used?)"
    return refuse(Reason.SCOPE_DATE_MISMATCH, why, authorization.secret_id)


def _utc_date(timestamp: int) -> str:
    return datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d")


def _payload_hash(request: SignedRequest, declared: str) -> str:
    if declared == _UNSIGNED_PAYLOAD:
        return hashlib.sha256(_UNSIGNED_PAYLOAD.encode()).hexdigest()
    return hashlib.sha256(b"" if request.method == "GET" else request.body).hexdigest()


def _canonical_requests(
    request: SignedRequest, authorization: _Authorization, payload_hash: str
) -> Iterator[bytes]:
    """Yield the candidates: which path, which host, and which values are lower-cased differ between clients."""
    query = request.raw_query if request.method == "GET" else ""
    seen: set[str] = set()
    for path in dict.fromkeys(("/", request.raw_path)):
        for host in hosts.signed_by_api3_clients(request.host):
            values = {name: request.headers.get(name, "") for name in authorization.names}
            values["host"] = host
            for headers in _header_blocks(authorization.names, values):
                text = "\n".join(
                    (request.method, path, query, headers, authorization.signed_headers, payload_hash)
                )
                if text not in seen:
                    seen.add(text)
                    yield to_bytes(text)


def _header_blocks(names: list[str], values: Mapping[str, str]) -> Iterator[str]:
    """Yield the block as the SDKs write it, as documented, and as the documented samples write it."""
    yield "".join(f"{name}:{values[name]}\n" for name in names)
    yield "".join(f"{name}:{values[name].lower()}\n" for name in names)
    # The samples sign the action's name in lower case and everything else as it is.
    yield "".join(
        f"{name}:{values[name].lower() if name.startswith('x-tc-') else values[name]}\n" for name in names
    )


def _string_to_sign(timestamp: str, scope: str, canonical_request: bytes) -> str:
    return "\n".join((ALGORITHM, timestamp, scope, hashlib.sha256(canonical_request).hexdigest()))


def _signature(key: bytes, text: str) -> str:
    return hmac.digest(key, to_bytes(text), "sha256").hex()


def _any_matches(texts: list[bytes], key: bytes, timestamp: str, authorization: _Authorization) -> bool:
    scope = authorization.scope
    return any(
        same_text(_signature(key, _string_to_sign(timestamp, scope, text)), authorization.signature)
        for text in texts
    )


def _diagnose(
    request: SignedRequest, authorization: _Authorization, timestamp: str, credential: Credential
) -> str:
    absent = [name for name in authorization.names if name != "host" and name not in request.headers]
    if absent:
        return one_line(f"listed as signed but not in the request: {', '.join(absent)}")
    hashes = {
        "the payload was changed on the way, or serialised again after signing (signed as empty)": b"",
        "signed with UNSIGNED-PAYLOAD but without the header X-TC-Content-SHA256": _UNSIGNED_PAYLOAD.encode(),
        "the body of a GET was signed; a GET signs an empty payload": request.body,
    }
    key = signing_key(credential.secret_key, authorization.date, authorization.service)
    for text, payload in hashes.items():
        texts = list(_canonical_requests(request, authorization, hashlib.sha256(payload).hexdigest()))
        if _any_matches(texts, key, timestamp, authorization):
            return text
    tried = " or ".join(hosts.signed_by_api3_clients(request.host))
    return one_line(
        "the secret is wrong, or the payload or a signed header was changed on the way;"
        f" the host was taken to be {tried}; signed headers: {authorization.signed_headers}"
    )

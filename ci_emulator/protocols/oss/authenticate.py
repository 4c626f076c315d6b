"""Who signed an OSS request, and which of its readings was signed (aliyun.md sections 1.1 to 1.5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ci_emulator.auth import oss_v1, oss_v4
from ci_emulator.auth.oss_model import Facts, Fault, Judgement, fault
from ci_emulator.core.model import ANONYMOUS, Call, Principal
from ci_emulator.core.target import Target
from ci_emulator.protocols.cos.authenticate import principal_of
from ci_emulator.protocols.oss.address import Address
from ci_emulator.protocols.oss.auth_errors import refusal
from ci_emulator.protocols.services import Services

_Verify = Callable[..., Judgement]

#: How the Authorization header of each scheme begins, and who judges it.
_HEADERS: tuple[tuple[str, _Verify], ...] = (
    (oss_v1.PREFIX, oss_v1.verify_header),
    (oss_v4.ALGORITHM, oss_v4.verify_header),
)
_V2 = "OSS2 "

#: Query parameters of each scheme: any of them makes a URL a signed one.
_QUERIES: tuple[tuple[frozenset[str], _Verify], ...] = (
    (frozenset({"x-oss-signature-version", "x-oss-signature", "x-oss-credential"}), oss_v4.verify_url),
    (frozenset({"OSSAccessKeyId", "Signature"}), oss_v1.verify_url),
)


def authenticate(call: Call, services: Services) -> Principal:
    """Return who asks, anonymous included; the call's place becomes the reading that was signed.

    Raises:
        ApiError: the signature does not hold; the body then carries what the real service sends.
    """
    mode = services.config.auth
    if mode == "off":
        return Principal(None, unchecked=True)
    address: Address = call.envelope
    judgement = judge(call.target, address, services, check_signature=mode == "strict")
    if judgement is None:
        return ANONYMOUS
    if judgement.fault is not None:
        call.diagnosis = judgement.verdict.diagnosis
        raise refusal(judgement, judgement.fault, services.clock.now())
    if judgement.resource is not None:
        call.place = address.place(judgement.resource, call.place.region)
    return principal_of(judgement.verdict)


def judge(target: Target, address: Address, services: Services, *, check_signature: bool) -> Judgement | None:
    """Judge the signature of a request, None when it carries none."""
    authorization = target.header("authorization") or ""
    names = target.query_names
    in_query = next((verify for marks, verify in _QUERIES if not marks.isdisjoint(names)), None)
    if authorization and in_query is not None:
        return fault(Fault.BOTH, "signed in the header and in the query")
    in_header = next((verify for prefix, verify in _HEADERS if authorization.startswith(prefix)), None)
    verify = in_header or in_query
    if verify is not None:
        facts = Facts(target.method, target.raw_query, _headers_as_signed(target), address.readings)
        return verify(facts, services.credentials, services.clock.now(), check_signature=check_signature)
    if authorization.startswith(_V2):
        return fault(Fault.V2, "the header is signed with version 2")
    if authorization:
        return fault(Fault.SCHEME, "the Authorization header is of no known kind")
    return None


def _headers_as_signed(target: Target) -> Mapping[str, str]:
    """Return the headers with the host that the client believes it talks to: version 4 may have signed it."""
    if target.header("host") == target.authority:
        return target.headers
    return {**target.headers, "host": target.authority}

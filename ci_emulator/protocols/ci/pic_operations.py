"""The header `Pic-Operations`: what is to be done with a picture, and where the results go (spec: ci.md section 3.1)."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ci_emulator.core.errors import Refusal
from ci_emulator.core.model import Call
from ci_emulator.protocols.ci.numbers import ERR_NO
from ci_emulator.protocols.ci.rules import Step, parse_steps
from ci_emulator.protocols.cos import names
from ci_emulator.protocols.cos.authenticate import signature_of
from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.cos.select import PIC_OPERATIONS
from ci_emulator.protocols.error_model import ApiError
from ci_emulator.protocols.hosts import BUCKET

MOST_RULES = 5

_BAD, _TOO_MANY = "-60998", "-60997"


class Rule(msgspec.Struct, frozen=True):
    """What is done, step after step, and the object that the result becomes; None when it is not kept."""

    steps: Sequence[Step]
    bucket: str
    key: str | None


class PicOperations(msgspec.Struct, frozen=True):
    """What a header asks for; `information` tells whether the original is described in the answer."""

    information: bool = False
    rules: tuple[Rule, ...] = ()

    @property
    def idle(self) -> bool:
        """Whether nothing has to be known of the picture."""
        return not (self.information or self.rules)


class _SentRule(msgspec.Struct):
    rule: str
    fileid: str | None = None
    bucket: str | None = None


class _Sent(msgspec.Struct):
    is_pic_info: int | None = None
    rules: list[_SentRule] | None = None


def parse(header: str, bucket: str, key: str) -> PicOperations:
    """Read a header that was sent about an object.

    Numbers may be texts, and what is not known is ignored: SDKs pass on whatever their users write.

    Raises:
        ApiError: InvalidPicOperations, NotImplemented for a rule that is known and not carried out.
        Refusal: KEY_TOO_LONG, KEY_INVALID for the key of a result.
    """
    try:
        sent = msgspec.json.decode(header.encode(), type=_Sent, strict=False)
    except (msgspec.MsgspecError, UnicodeEncodeError, RecursionError) as error:
        raise bad(f"The Pic-Operations header is not valid: {_reason(error)}.") from None
    if sent.is_pic_info not in (None, 0, 1):
        raise bad("is_pic_info must be 0 or 1.")
    rules = sent.rules or []
    if len(rules) > MOST_RULES:
        message = f"Pic-Operations has {len(rules)} rules; {MOST_RULES} are the most."
        raise fail("InvalidPicOperations", message, headers={ERR_NO: _TOO_MANY})
    return PicOperations(sent.is_pic_info == 1, tuple(_rule(rule, bucket, key) for rule in rules))


def header_of(call: Call) -> str:
    """Return the header of a request, which its signature has to cover: a signed request must not be given other rules.

    Raises:
        ApiError: InvalidPicOperations when there is none, AccessDenied when a signature leaves it out.
    """
    header = call.target.header(PIC_OPERATIONS)
    if not header:
        raise bad("The header Pic-Operations is required.")
    signature = signature_of(call)
    if signature is not None and PIC_OPERATIONS not in signature.header_list:
        raise fail("AccessDenied", "Auth sign header must include Pic-Operations")
    return header


def bad(message: str) -> ApiError:
    """Return the refusal of a header."""
    return fail("InvalidPicOperations", message, headers={ERR_NO: _BAD})


def _reason(error: Exception) -> str:
    return {
        UnicodeEncodeError: "it is not UTF-8",
        RecursionError: "it is nested too deeply",
    }.get(type(error), str(error))


def _rule(sent: _SentRule, bucket: str, key: str) -> Rule:
    try:
        steps = parse_steps(sent.rule)
    except Refusal as refusal:
        raise bad(f"The rule {sent.rule.strip()!r}: {refusal}") from None
    target = (sent.bucket or "").strip() or bucket
    if not BUCKET.match(target):
        raise bad(f"The bucket {target!r} of a rule must be written NAME-APPID.")
    kept = _key(sent, key, steps)
    return Rule(steps, target if kept is not None else bucket, kept)


def _key(sent: _SentRule, key: str, steps: Sequence[Step]) -> str | None:
    """Return the key that a `fileid` names: one with a `/` in front counts from the root, others from the original's folder."""
    fileid = sent.fileid or ""
    if not fileid:
        if any(step.changes for step in steps):
            raise bad(f"The rule {sent.rule.strip()!r} needs a fileid.")
        return None
    if fileid.endswith("/"):
        raise bad(f"The fileid {fileid!r} must not end with a slash.")
    if fileid.startswith("/"):
        target = fileid[1:]
    else:
        folder, slash, _ = key.rpartition("/")
        target = f"{folder}{slash}{fileid}"
    names.check_key(target)
    return target

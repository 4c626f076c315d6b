"""What an ACL grants: a canned part and grants to groups and single accounts, as headers name them.

The headers are `x-cos-acl` and `x-cos-grant-*` (docs 436/7737, 436/7748, 436/30752); a POST form has fields of the same
names. An account's uin is its APPID here, since nothing else of it is known.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple, cast, get_args

from ci_emulator.operations.records import (
    ALL_USERS,
    AUTHENTICATED_USERS,
    CannedAcl,
    Grant,
    Permission,
)
from ci_emulator.protocols.cos.errors import fail

_READ, _WRITE = (Grant(ALL_USERS, "READ"), Grant(ALL_USERS, "WRITE"))

#: What each canned ACL grants beside everything to the owner. An object's `default` grants what its bucket grants.
CANNED: dict[CannedAcl, tuple[Grant, ...]] = {
    "private": (),
    "default": (),
    "public-read": (_READ,),
    "public-read-write": (_READ, _WRITE),
    "authenticated-read": (Grant(AUTHENTICATED_USERS, "READ"),),
}

#: "A resource can have up to 100 ACL policies" (doc 436/30583).
MOST_GRANTS = 100

PREFIX = "x-cos-grant-"
_HEADERS: dict[str, Permission] = {
    f"{PREFIX}read": "READ",
    f"{PREFIX}write": "WRITE",
    f"{PREFIX}read-acp": "READ_ACP",
    f"{PREFIX}write-acp": "WRITE_ACP",
    f"{PREFIX}full-control": "FULL_CONTROL",
}

_BUCKET_ACLS = frozenset(get_args(CannedAcl)) - {"default"}
_OBJECT_ACLS = frozenset(get_args(CannedAcl)) - {"public-read-write"}

#: Everybody, written as an account: coscmd's `--grant-read anyone`, the same in short, and of old.
_ANYONE = frozenset({"qcs::cam::anyone:anyone", "anyone", "anonymous"})
_UIN = "[0-9]{1,20}"
_ACCOUNT = re.compile(f"qcs::cam::uin/({_UIN}):uin/({_UIN})|({_UIN})(?:/({_UIN}))?")
_LISTED = re.compile(r'\s*(?:id|uin)\s*=\s*"([^"]*)"\s*(?:,|$)')


class Acl(NamedTuple):
    """What an ACL says: one that is exactly a canned one has no grants, any other is `private` and its grants."""

    canned: CannedAcl
    grants: tuple[Grant, ...] = ()


def account_of(appid: str, user: str = "") -> str:
    """Return an account, or a user of it, as a grantee."""
    return f"{appid}/{user or appid}"


def grantee(text: str) -> str | None:
    """Read who is meant by `qcs::cam::uin/<uin>:uin/<user>`, `<uin>`, `<uin>/<user>` or `anyone`; None for nobody."""
    if text in _ANYONE:
        return ALL_USERS
    match = _ACCOUNT.fullmatch(text)
    return account_of(match[1] or match[3], match[2] or match[4]) if match else None


def asked_for(headers: Mapping[str, str]) -> bool:
    """Whether headers say anything about an ACL."""
    return any(value and (name == "x-cos-acl" or name.startswith(PREFIX)) for name, value in headers.items())


def from_headers(headers: Mapping[str, str], owner: str, *, for_object: bool) -> Acl:
    """Return the ACL that headers ask for, by their lower-case names; `owner` is the APPID that owns the resource.

    The canned ACL and the grants add up. Without any the ACL is `default` for an object, `private` for a bucket.

    Raises:
        ApiError: InvalidArgument for a canned ACL, a grant or a grantee that does not exist and for WRITE on an object,
            AttachmentFull for more than 100 grants.
    """
    canned = _canned(headers.get("x-cos-acl"), for_object=for_object)
    listed = tuple(_listed(headers))
    if not listed:
        return Acl(canned)
    return combined([*CANNED[canned], *listed], {account_of(owner)}, for_object=for_object)


def combined(grants: Iterable[Grant], own: Collection[str], *, for_object: bool) -> Acl:
    """Return the ACL of some grants; those to the owner, who may do everything anyway, do not count.

    Raises:
        ApiError: InvalidArgument for WRITE on an object, AttachmentFull for more than 100 grants.
    """
    kept = tuple(dict.fromkeys(grant for grant in grants if grant.grantee not in own))
    if for_object and any(grant.permission == "WRITE" for grant in kept):
        raise fail("InvalidArgument", "WRITE cannot be granted on an object.", name="Permission")
    if len(kept) > MOST_GRANTS:
        raise fail("AttachmentFull", f"An ACL has at most {MOST_GRANTS} grants.")
    same = next((acl for acl, granted in CANNED.items() if set(granted) == set(kept)), None)
    return Acl(same) if same is not None else Acl("private", kept)


def _canned(text: str | None, *, for_object: bool) -> CannedAcl:
    if not text:
        return "default" if for_object else "private"
    if text not in (_OBJECT_ACLS if for_object else _BUCKET_ACLS):
        raise fail("InvalidArgument", f"The canned ACL {text!r} does not exist.", name="x-cos-acl")
    return cast(CannedAcl, text)


def _listed(headers: Mapping[str, str]) -> Iterator[Grant]:
    for name, text in headers.items():
        if not name.startswith(PREFIX) or not text:
            continue
        permission = _HEADERS.get(name)
        if permission is None:
            raise fail("InvalidArgument", f"There is no permission {name!r}.", name=name)
        for one in _grantees(name, text):
            yield Grant(one, permission)


def _grantees(name: str, text: str) -> Iterator[str]:
    at = 0
    while at < len(text):
        match = _LISTED.match(text, at)
        found = grantee(match[1]) if match else None
        if match is None or found is None:
            raise fail("InvalidArgument", f'{name} must be id="<uin>" or several, by commas.', name=name)
        yield found
        at = match.end()

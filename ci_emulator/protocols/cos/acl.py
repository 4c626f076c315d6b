"""ACL documents (spec: cos.md section 4.2, row acl; docs 436/7733, 436/7737, 436/30752)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast, get_args

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call
from ci_emulator.operations.records import ALL_USERS, AUTHENTICATED_USERS, Grant, Permission
from ci_emulator.protocols import xml
from ci_emulator.protocols.cos import documents, grants, names
from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.cos.grants import Acl
from ci_emulator.protocols.xml_in import Node, parse

_GROUPS = {name: f"http://cam.qcloud.com/groups/global/{name}" for name in (ALL_USERS, AUTHENTICATED_USERS)}
_BY_URI = {uri: name for name, uri in _GROUPS.items()}
_PERMISSIONS = frozenset(get_args(Permission))

#: How a grantee says what it is; the last two are of old, when an account was not written as one text.
_KINDS = frozenset({"Group", "CanonicalUser", "RootAccount", "SubAccount"})


def to_children(acl: Acl, appid: str) -> dict[str, xml.Content]:
    """Return the children of an `<AccessControlPolicy>` document: groups, the owner `appid`, then other accounts.

    `default` lists no grant of its own.
    """
    owner = names.owner(appid)
    granted = grants.CANNED[acl.canned] + acl.grants
    entries = [
        _entry(xml.Typed("Group", {"URI": _GROUPS[who]}), what) for who, what in _to(granted, groups=True)
    ]
    if acl.canned != "default":
        entries.append(_entry(xml.Typed("CanonicalUser", owner), "FULL_CONTROL"))
    entries += [
        _entry(xml.Typed("CanonicalUser", _account(who)), what) for who, what in _to(granted, groups=False)
    ]
    return {"Owner": owner, "AccessControlList": {"Grant": entries}}


async def requested(call: Call, appid: str, *, for_object: bool) -> Acl:
    """Return the ACL that a PUT asks for in headers or in its body; `appid` owns the resource.

    Raises:
        Refusal: BODY_MISSING when neither is there, XML_MALFORMED.
        ApiError: UnexpectedContent when both are; InvalidArgument, AttachmentFull; and those of `documents.read`.
    """
    headers = call.target.headers
    body = await documents.read(call)
    if grants.asked_for(headers):
        if body.strip():
            raise fail("UnexpectedContent", "The ACL is given in a header and in the body as well.")
        return grants.from_headers(headers, appid, for_object=for_object)
    return _from_document(parse(body, "AccessControlPolicy"), appid, for_object=for_object)


def _to(granted: tuple[Grant, ...], *, groups: bool) -> Iterator[tuple[str, Permission]]:
    return ((one.grantee, one.permission) for one in granted if (one.grantee in _GROUPS) is groups)


def _account(grantee: str) -> dict[str, xml.Content]:
    account, _, user = grantee.partition("/")
    return {"ID": f"qcs::cam::uin/{account}:uin/{user}", "DisplayName": user}


def _entry(grantee: xml.Typed, permission: str) -> dict[str, xml.Content]:
    return {"Grantee": grantee, "Permission": permission}


def _from_document(root: Node, appid: str, *, for_object: bool) -> Acl:
    listed = root.child("AccessControlList")
    if listed is None:
        raise Refusal(Kind.XML_MALFORMED)
    owner = root.child("Owner")
    # The owner's uin is known to nobody here, so whom the document calls the owner is believed to be it.
    named = owner.value("ID") if owner is not None else None
    own = {grants.account_of(appid), grants.grantee(named or "")} - {None, ALL_USERS}
    return grants.combined(
        [_grant(node) for node in listed.children("Grant")],
        cast(set[str], own),
        for_object=for_object,
    )


def _grant(node: Node) -> Grant:
    grantee = node.child("Grantee")
    permission = node.need("Permission")
    if grantee is None or permission not in _PERMISSIONS:
        raise Refusal(Kind.XML_MALFORMED)
    return Grant(_grantee(grantee), cast(Permission, permission))


def _grantee(node: Node) -> str:
    # The Python SDK reads `xsi:type` into a key Type, and so writes it as an element.
    kind = node.attribute("type") or node.value("Type")
    if kind is not None and kind not in _KINDS:
        raise fail("InvalidArgument", f"There is no type of grantee {kind!r}.", name="type")
    if kind == "Group" or (kind is None and node.child("URI") is not None):
        uri = node.need("URI")
        if uri not in _BY_URI:
            raise fail("InvalidArgument", f"There is no group {uri!r}.", name="URI")
        return _BY_URI[uri]
    text = node.value("ID") or "/".join(filter(None, (node.value("uin"), node.value("Subaccount"))))
    if not text:
        raise Refusal(Kind.XML_MALFORMED)
    found = grants.grantee(text)
    if found is None:
        raise fail("InvalidArgument", f"There is no account {text!r}.", name="ID")
    return found

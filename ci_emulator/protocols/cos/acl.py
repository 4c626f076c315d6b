"""ACL documents: a canned ACL as grants, and grants as a canned ACL (spec: cos.md section 4.2, row acl)."""

from __future__ import annotations

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call
from ci_emulator.operations.records import CannedAcl
from ci_emulator.protocols import xml
from ci_emulator.protocols.cos import documents, names
from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.xml_in import Node, parse

_GROUPS = "http://cam.qcloud.com/groups/global/"
_EVERYBODY = f"{_GROUPS}AllUsers"
_ACCOUNTS = f"{_GROUPS}AuthenticatedUsers"

# Everybody, written as an account: coscmd's `--grant-read anyone`, and what the Node SDK takes for public as well.
_ANYONE = "qcs::cam::anyone:anyone"

_Grant = tuple[str, str]

#: What each canned ACL grants (to whom, what) beside the owner's FULL_CONTROL. `default` grants what the bucket grants.
_GRANTS: dict[CannedAcl, tuple[_Grant, ...]] = {
    "private": (),
    "public-read": ((_EVERYBODY, "READ"),),
    "public-read-write": ((_EVERYBODY, "READ"), (_EVERYBODY, "WRITE")),
    "authenticated-read": ((_ACCOUNTS, "READ"),),
}
_PERMISSIONS = frozenset({"READ", "WRITE", "READ_ACP", "WRITE_ACP", "FULL_CONTROL"})


def to_children(acl: CannedAcl, appid: str) -> dict[str, xml.Content]:
    """Return the children of an `<AccessControlPolicy>` document; `default` lists no grant of its own."""
    owner = names.owner(appid)
    entries = [_entry(xml.Typed("Group", {"URI": uri}), what) for uri, what in _GRANTS.get(acl, ())]
    if acl != "default":
        entries.append(_entry(xml.Typed("CanonicalUser", owner), "FULL_CONTROL"))
    return {"Owner": owner, "AccessControlList": {"Grant": entries}}


async def requested(call: Call, appid: str, *, for_object: bool) -> CannedAcl:
    """Return the ACL that a PUT asks for in `x-cos-acl` or in its body; `appid` owns the resource.

    Raises:
        Refusal: BODY_MISSING when neither is there, XML_MALFORMED.
        ApiError: UnexpectedContent when both are; InvalidArgument; NotImplemented for grants to single accounts and for
            grants that are no canned ACL; and those of `documents.read`.
    """
    headers = call.target.headers
    body = await documents.read(call)
    if any(value and _asks_for_acl(name) for name, value in headers.items()):
        if body.strip():
            raise fail("UnexpectedContent", "The ACL is given in a header and in the body as well.")
        return names.canned_acl(headers, for_object=for_object)
    return _from_document(parse(body, "AccessControlPolicy"), appid, for_object=for_object)


def _asks_for_acl(header: str) -> bool:
    return header == "x-cos-acl" or header.startswith("x-cos-grant-")


def _entry(grantee: xml.Typed, permission: str) -> dict[str, xml.Content]:
    return {"Grantee": grantee, "Permission": permission}


def _from_document(root: Node, appid: str, *, for_object: bool) -> CannedAcl:
    listed = root.child("AccessControlList")
    if listed is None:
        raise Refusal(Kind.XML_MALFORMED)
    owner = root.child("Owner")
    # The owner's uin is known to nobody here, so whom the document calls the owner is believed to be it.
    own = {appid, names.owner(appid)["ID"], owner.value("ID") if owner is not None else None}
    grants = {found for grant in listed.children("Grant") if (found := _grant(grant, own)) is not None}
    acl = next((acl for acl, granted in _GRANTS.items() if set(granted) == grants), None)
    if acl is None:
        raise fail("NotImplemented", "Only grants that are a canned ACL are implemented by this emulator.")
    if for_object and acl == "public-read-write":
        raise fail("InvalidArgument", "WRITE cannot be granted on an object.", name="Permission")
    return acl


def _grant(grant: Node, own: set[str | None]) -> _Grant | None:
    """Return who else is granted what; None for the owner, who may do everything anyway."""
    grantee = grant.child("Grantee")
    permission = grant.need("Permission")
    if grantee is None or permission not in _PERMISSIONS:
        raise Refusal(Kind.XML_MALFORMED)
    # The Python SDK reads `xsi:type` into a key Type, and so writes it as an element.
    kind = grantee.attribute("type") or grantee.value("Type")
    if kind == "Group" or (kind is None and grantee.child("URI") is not None):
        uri = grantee.need("URI")
        if uri not in (_EVERYBODY, _ACCOUNTS):
            raise fail("InvalidArgument", f"There is no group {uri!r}.", name="URI")
        return uri, permission
    account = grantee.need("ID")
    if account == _ANYONE:
        return _EVERYBODY, permission
    if account not in own:
        raise fail(
            "NotImplemented", f"A grant to a single account ({account}) is not implemented by this emulator."
        )
    return None

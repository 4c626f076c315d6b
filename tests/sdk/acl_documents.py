"""ACL documents: what a test sends as one, and what it reads out of one."""

from signed_requests import document_of

XSI = "http://www.w3.org/2001/XMLSchema-instance"
OWNER = "qcs::cam::uin/1250000000:uin/1250000000"
EVERYBODY = "http://cam.qcloud.com/groups/global/AllUsers"
ACCOUNTS = "http://cam.qcloud.com/groups/global/AuthenticatedUsers"
OWN_GRANT = ("CanonicalUser", OWNER, "FULL_CONTROL")


def grants(answer):
    """Return the grants of an ACL document as (type, whom, what)."""
    root = document_of(answer, "AccessControlPolicy")
    assert [child.tag for child in root] == ["Owner", "AccessControlList"]
    assert (root.findtext("Owner/ID"), root.findtext("Owner/DisplayName")) == (OWNER, "1250000000")
    return [
        (
            grant.find("Grantee").get(f"{{{XSI}}}type"),
            grant.findtext("Grantee/URI") or grant.findtext("Grantee/ID"),
            grant.findtext("Permission"),
        )
        for grant in root.iterfind("AccessControlList/Grant")
    ]


def policy(*listed, owner=OWNER):
    """Return an ACL document as curl would send it."""
    entries = "".join(
        f'<Grant><Grantee xmlns:xsi="{XSI}" xsi:type="{kind}">'
        f"<{'URI' if kind == 'Group' else 'ID'}>{whom}</{'URI' if kind == 'Group' else 'ID'}></Grantee>"
        f"<Permission>{what}</Permission></Grant>"
        for kind, whom, what in listed
    )
    return (
        f"<AccessControlPolicy><Owner><ID>{owner}</ID></Owner>"
        f"<AccessControlList>{entries}</AccessControlList></AccessControlPolicy>"
    ).encode()

"""Grants in headers: what is read out of them, and what becomes of a list of them."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ci_emulator.operations.records import Grant
from ci_emulator.protocols.cos.grants import (
    CANNED,
    MOST_GRANTS,
    Acl,
    account_of,
    combined,
    from_headers,
    grantee,
)
from ci_emulator.protocols.error_model import ApiError

OWNER = "1250000000"
READ = "x-cos-grant-read"

uins = st.from_regex(r"[0-9]{1,20}", fullmatch=True).filter(str.isascii)
permissions = st.sampled_from(["READ", "READ_ACP", "WRITE_ACP", "FULL_CONTROL", "WRITE"])
grants = st.builds(
    Grant,
    st.sampled_from(["AllUsers", "AuthenticatedUsers"]) | st.builds(account_of, uins, uins),
    permissions,
)


@given(uins, uins)
def test_every_way_to_write_an_account(account, user):
    assert grantee(f"qcs::cam::uin/{account}:uin/{user}") == f"{account}/{user}"
    assert grantee(f"{account}/{user}") == f"{account}/{user}"
    assert grantee(account) == grantee(f"qcs::cam::uin/{account}:uin/{account}") == f"{account}/{account}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "a",
        "1/",
        "/1",
        "1/2/3",
        "١",
        "1" * 21,
        "qcs::cam::uin/1",
        "qcs::cam::uin/1:uin/",
        "1\n",
        "AllUsers",
    ],
)
def test_what_is_no_grantee(text):
    assert grantee(text) is None


@given(
    st.lists(uins, min_size=1, max_size=10),
    st.sampled_from([",", ", ", " , "]),
    st.sampled_from(["id", "uin"]),
)
def test_lists_in_headers(listed, comma, name):
    text = comma.join(f'{name}="{uin}"' for uin in listed)
    wanted = dict.fromkeys(account_of(uin) for uin in listed if uin != OWNER)
    acl = from_headers({READ: text, "x-cos-acl": "private"}, OWNER, for_object=False)
    assert acl == Acl("private", tuple(Grant(uin, "READ") for uin in wanted))


@given(st.text(alphabet='idun="1,/ a:\n', max_size=20) | st.text(max_size=10))
@example('id="1",')
@settings(deadline=None)
def test_any_text_is_a_list_or_refused(text):
    try:
        acl = from_headers({READ: text}, OWNER, for_object=True)
    except ApiError as error:
        if error.code != "InvalidArgument":
            raise
        assert text
    else:
        assert bool(acl.grants) == bool(text)
        assert acl.canned == ("private" if text else "default")


@given(st.lists(grants, max_size=20), st.booleans())
def test_combined_says_all_that_is_granted_and_is_stable(listed, for_object):
    if for_object:
        listed = [grant for grant in listed if grant.permission != "WRITE"]
    acl = combined(listed, {account_of(OWNER)}, for_object=for_object)
    said = CANNED[acl.canned] + acl.grants
    assert set(said) == {grant for grant in listed if grant.grantee != account_of(OWNER)}
    assert len(said) == len(set(said))
    assert combined(said, (), for_object=for_object) == acl
    assert acl.grants == () or acl.canned == "private"


@pytest.mark.parametrize("canned", ["private", "public-read", "public-read-write", "authenticated-read"])
def test_a_canned_acl_stays_one(canned):
    assert combined(reversed(CANNED[canned]), (), for_object=False) == Acl(canned)
    assert from_headers({"x-cos-acl": canned}, OWNER, for_object=False) == Acl(canned)


def test_limits():
    listed = [Grant(account_of(str(number)), "READ") for number in range(MOST_GRANTS + 1)]
    assert len(combined(listed[1:] * 2, (), for_object=True).grants) == MOST_GRANTS
    assert len(combined(listed, {account_of("0")}, for_object=True).grants) == MOST_GRANTS
    with pytest.raises(ApiError, match="AttachmentFull"):
        combined(listed, (), for_object=True)
    with pytest.raises(ApiError, match="InvalidArgument"):
        combined([Grant("AllUsers", "WRITE")], (), for_object=True)

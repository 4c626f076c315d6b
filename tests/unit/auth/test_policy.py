"""Policies: structure, principals, actions, resources, and what they decide together."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from policy_texts import ACCOUNT, ANYONE, OBJECT, OWNER, USER, question, statement, text

from ci_emulator.auth.policy import LARGEST, Effect, PolicyError, Question, parse

ALLOW, DENY = Effect.ALLOW, Effect.DENY


def decide(*statements, **asked):
    return parse(text(*statements), of_bucket=True).decide(question(**asked))


@pytest.mark.parametrize(
    ("effects", "expected"),
    [
        (["allow"], ALLOW),
        (["deny"], DENY),
        (["allow", "deny"], DENY),
        (["deny", "allow"], DENY),
        (["allow", "allow"], ALLOW),
        (["ALLOW"], ALLOW),
        (["Deny"], DENY),
    ],
)
def test_a_deny_anywhere_wins(effects, expected):
    assert decide(*map(statement, effects)) is expected


def test_what_no_statement_speaks_of_is_not_decided():
    assert decide(statement(action="cos:PutObject"), statement("deny", action="cos:DeleteObject")) is None


def test_the_reason_names_the_statement():
    policy = parse(text(statement(), statement("deny", action="cos:Put*")), of_bucket=True)
    assert policy.reason(question(action="cos:PutObject")) == "statement 2 denies cos:PutObject"
    assert policy.reason(question()) == "statement 1 allows cos:GetObject"
    silent = parse(text(statement(action="cos:PutObject")), of_bucket=True)
    assert silent.reason(question()) == "no statement allows cos:GetObject"


@pytest.mark.parametrize(
    ("principal", "matching", "others"),
    [
        ("*", [OWNER, USER, ANYONE], []),
        (["*"], [OWNER, ANYONE], []),
        ({"qcs": ["*"]}, [OWNER, ANYONE], []),
        ({"qcs": ANYONE}, [OWNER, USER, ANYONE], []),
        ({"QCS": [USER]}, [USER], [OWNER, ANYONE]),
        ({"qcs": [OWNER, USER]}, [USER, OWNER], [ANYONE]),
        ({"qcs": [OWNER]}, [OWNER], [USER, ANYONE]),
        ({"qcs": ["qcs::cam::uin/1250000000:root"]}, [OWNER], [USER, ANYONE]),
        ({"qcs": ["qcs::cam::uin/1250000000:*"]}, [OWNER, USER], ["qcs::cam::uin/9:uin/7", ANYONE]),
        ({"qcs": ["qcs::cam::uin/*:uin/*"]}, [OWNER, USER], [ANYONE]),
        ({"qcs": ["qcs::cam::uin/1250000000:groupid/1"]}, [], [OWNER, USER, ANYONE]),
    ],
)
def test_principals(principal, matching, others):
    found = {who: decide(statement(principal=principal), principal=who) for who in [*matching, *others]}
    assert found == dict.fromkeys(matching, ALLOW) | dict.fromkeys(others)


def test_one_principal_for_all_statements():
    whole = text(statement(principal=None), statement(principal={"qcs": [OWNER]}), principal={"qcs": [USER]})
    policy = parse(whole, of_bucket=True)
    assert policy.decide(question(USER)) is ALLOW
    assert policy.decide(question(OWNER)) is ALLOW
    assert policy.decide(question(ANYONE)) is None


@pytest.mark.parametrize(
    ("action", "matches"),
    [
        ("*", True),
        ("name/*", True),
        ("cos:GetObject", True),
        ("name/cos:GetObject", True),
        ("NAME/COS:getobject", True),
        ("name/cos:Get*", True),
        ("cos:*", True),
        ("*:GetObject", True),
        (["cos:PutObject", "cos:GetObject"], True),
        ("cos:GetObjectACL", False),
        ("cos:Get", False),
        ("ci:*", False),
        ("cos:GetObjec?", False),
        ("cos:GetObjec.", False),
    ],
)
def test_actions(action, matches):
    assert decide(statement(action=action)) is (ALLOW if matches else None)


def test_a_set_of_permissions_lets_nobody_in():
    allowing = parse(text(statement(action="permid/5")), of_bucket=True)
    assert allowing.decide(question()) is None
    assert allowing.unevaluated == ("action:permid/5",)
    assert decide(statement(), statement("deny", action=["cos:PutObject", "permid/5"])) is DENY
    assert decide(statement(action=["permid/5", "cos:GetObject"])) is ALLOW


@pytest.mark.parametrize(
    ("resource", "matches"),
    [
        ("*", True),
        (OBJECT, True),
        (f"{ACCOUNT}:b-1250000000/*", True),
        (f"{ACCOUNT}:b-1250000000/docs/*", True),
        (f"{ACCOUNT}:*", True),
        (f"{ACCOUNT}:b-125*/*.txt", True),
        ("qcs::cos::uid/1250000000:b-1250000000/docs/a.txt", True),
        ("qcs::cos:ap-guangzhou::b-1250000000/*", True),
        ("qcs::cos:*:uid/*:*", True),
        ("qcs::cos:::*", True),
        ("qcs:::::*", True),
        ([f"{ACCOUNT}:x-1250000000/*", OBJECT], True),
        (f"{ACCOUNT}:b-1250000000/docs/a.txt/", False),
        (f"{ACCOUNT}:b-1250000000/Docs/*", False),
        (f"{ACCOUNT}:b-1250000000", False),
        ("qcs::cos:ap-beijing:uid/1250000000:*", False),
        ("qcs::cos:ap-guangzhou:uid/1:*", False),
        ("qcs::ci:ap-guangzhou:uid/1250000000:*", False),
    ],
)
def test_resources(resource, matches):
    assert decide(statement(resource=resource)) is (ALLOW if matches else None)


def test_any_spelling_of_a_resource_and_of_a_principal_counts():
    policy = parse(
        text(
            statement(
                resource="qcs::cos:ap-guangzhou:uid/1250000000:prefix//1250000000/b/*",
                principal={"qcs": [USER]},
            )
        ),
        of_bucket=True,
    )
    legacy = f"{ACCOUNT}:prefix//1250000000/b/docs/a.txt"
    assert policy.decide(Question((OWNER, USER), "cos:GetObject", (OBJECT, legacy), {})) is ALLOW
    assert policy.decide(Question((OWNER, USER), "cos:GetObject", (OBJECT,), {})) is None


def test_a_key_with_colons_and_stars_is_only_text():
    key = f"{ACCOUNT}:b-1250000000/a:b*c"
    assert decide(statement(resource=key), resource=key) is ALLOW
    assert decide(statement(resource=f"{ACCOUNT}:b-1250000000/a:bxc"), resource=key) is None


@pytest.mark.parametrize(
    "whole",
    [
        {"Version": "2.0", "Statement": [{"Effect": "Allow", "Action": ["*"], "Resource": ["*"]}]},
        {"statement": {"Sid": "one", "effect": "allow", "action": "*", "resource": "*"}},
        {"STATEMENT": [{"EFFECT": "allow", "ACTION": "*", "RESOURCE": "*", "CONDITION": {}}]},
    ],
)
def test_a_policy_of_somebody_names_no_principal(whole):
    assert parse(json.dumps(whole), of_bucket=False).decide(question()) is ALLOW
    with pytest.raises(PolicyError, match=r"^Statement 1 has no principal\.$"):
        parse(json.dumps(whole), of_bucket=True)


@pytest.mark.parametrize(
    ("whole", "message"),
    [
        (text(statement()), "Statement 1, principal is not allowed"),
        (text(statement(principal=None), principal="*"), "The principal of the policy is not allowed"),
    ],
)
def test_a_policy_of_somebody_may_not_name_a_principal(whole, message):
    with pytest.raises(PolicyError, match=message):
        parse(whole, of_bucket=False)


@pytest.mark.parametrize(
    ("whole", "message"),
    [
        ("", "not JSON"),
        ("{", "not JSON: .* line 1 column 2"),
        ("[]", "not a JSON object"),
        ('"x"', "not a JSON object"),
        ("\ufeff{}", "not JSON"),
        ("{}", "The policy has no statement"),
        ('{"statement": []}', "empty list"),
        ('{"statement": 5}', "Statement 1 is not an object"),
        ('{"statement": [{}, 5]}', "Statement 1 has no"),
        (text(statement(), 5), "Statement 2 is not an object"),
        ('{"statement": {}, "STATEMENT": {}}', 'The name "STATEMENT" stands twice'),
        (text(statement(), version="1.0"), "The version of the policy"),
        (text(statement(), version=2.0), "The version of the policy"),
        (text(statement(), extra=1), "not known here: .extra"),
        (text(statement(notAction="*")), "Statement 1 has an element that is not known here: .notaction"),
        (text(statement(notResource="*")), "not known here"),
        (text(statement(notPrincipal="*")), "not known here"),
        (text(statement("maybe")), "Statement 1, effect is neither"),
        (text(statement(5)), "Statement 1, effect is neither"),
        (text(statement(None)), "Statement 1 has no effect"),
        (text(statement(action=None)), "Statement 1 has no action"),
        (text(statement(action=[])), "Statement 1, action is an empty list"),
        (text(statement(action=[5])), "Statement 1, action is not a string"),
        (text(statement(action="")), "Statement 1, action is not a string"),
        (text(statement(action="GetObject")), "Statement 1, action is not of the form"),
        (text(statement(resource=None)), "Statement 1 has no resource"),
        (text(statement(resource={})), "Statement 1, resource is not a string"),
        (text(statement(resource="b-125/*")), "Statement 1, resource is not of the form"),
        (text(statement(resource="qcs::cos:r:uid/1:")), "Statement 1, resource is not of the form"),
        (text(statement(principal=None)), "Statement 1 has no principal"),
        (text(statement(principal={})), "Statement 1, principal has no qcs"),
        (text(statement(principal={"aws": "*"})), "Statement 1, principal has an element"),
        (text(statement(principal={"qcs": []})), "Statement 1, principal is an empty list"),
        (text(statement(principal={"qcs": ["7"]})), "Statement 1, principal is not of the form"),
        (text(statement(condition=[])), "Statement 1, condition is not an object"),
        ('{"statement": NaN}', "NaN is no value"),
        (text(statement(resource=[f"{OBJECT}{n}" for n in range(80)])), "more than 4095 bytes"),
        (text(statement(), version=" " * LARGEST), "more than 20480 bytes"),
        ("[" * 20_000, "nested more than"),
        ('{"a":' * 4_000, "nested more than"),
        ('{"statement": "' + "[" * 100 + '"}', "Statement 1 is not an object"),
        ('{"version": ' + "9" * 10_000 + "}", "The version of the policy"),
    ],
)
def test_what_is_no_policy_is_refused_and_the_place_named(whole, message):
    with pytest.raises(PolicyError, match=message) as raised:
        parse(whole, of_bucket=True)
    assert str(raised.value).isprintable()
    assert len(str(raised.value)) < 400


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["*", "allow"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=5)
            | st.sampled_from(
                ["statement", "effect", "action", "resource", "principal", "condition", "ip_equal", "qcs:ip"]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)
MEMBERS = st.fixed_dictionaries(
    {"effect": st.sampled_from(["allow", "deny"]) | JSON, "action": st.just("*") | JSON},
    optional={"resource": st.just("*") | JSON, "principal": st.just("*") | JSON, "condition": JSON},
)


@given(st.text() | JSON.map(json.dumps) | MEMBERS.map(lambda one: json.dumps({"statement": one})))
@settings(deadline=None)
def test_nothing_but_a_policy_error_comes_of_any_text(whole):
    for of_bucket in (True, False):
        said, policy = "", None
        try:
            policy = parse(whole, of_bucket=of_bucket)
        except PolicyError as error:
            said = str(error)
        assert said.isprintable()
        assert bool(said) is (policy is None)
        if policy is not None:
            assert policy.decide(question(qcs__ip="10.0.0.1")) in (None, ALLOW, DENY)
            assert policy.reason(question())


ONES = st.builds(
    statement,
    st.sampled_from(["allow", "deny"]),
    action=st.sampled_from(["*", "cos:Get*", "cos:PutObject", "permid/1"]),
    resource=st.sampled_from(["*", OBJECT, f"{ACCOUNT}:other/*"]),
    principal=st.sampled_from(["*", {"qcs": [USER]}, {"qcs": [OWNER]}]),
    condition=st.sampled_from(
        [
            {},
            {"ip_equal": {"qcs:ip": "10.0.0.0/8"}},
            {"no_such": {"qcs:ip": "1"}},
            {"null_equal": {"a:b": "true"}},
        ]
    ),
)
ASKED = st.builds(
    question,
    st.sampled_from([OWNER, USER, ANYONE]),
    st.sampled_from(["cos:GetObject", "cos:PutObject"]),
    qcs__ip=st.sampled_from(["10.1.2.3", "192.0.2.1", "", ()]),
)


@given(st.lists(ONES, min_size=1, max_size=4), ONES, ASKED)
@settings(deadline=None)
def test_a_further_deny_never_widens_a_policy(statements, further, asked):
    before = parse(text(*statements), of_bucket=True).decide(asked)
    denying = {**further, "effect": "deny"}
    after = parse(text(*statements, denying), of_bucket=True).decide(asked)
    assert after in (before, DENY)


@given(st.lists(ONES, min_size=1, max_size=4), ASKED)
@settings(deadline=None)
def test_together_statements_say_what_each_says_alone(statements, asked):
    alone = {parse(text(one), of_bucket=True).decide(asked) for one in statements}
    expected = DENY if DENY in alone else ALLOW if ALLOW in alone else None
    assert parse(text(*statements), of_bucket=True).decide(asked) is expected


@given(st.lists(ONES, min_size=2, max_size=4), ASKED)
@settings(deadline=None)
def test_the_order_of_statements_does_not_count(statements, asked):
    there = parse(text(*statements), of_bucket=True).decide(asked)
    assert parse(text(*reversed(statements)), of_bucket=True).decide(asked) is there


@pytest.mark.parametrize("text", ['"' + '\\"' * 10_000, '{"a":"' + '\\"' * 10_000, '\\"' * 10_000])
def test_a_text_that_never_ends_is_refused_at_once(text):
    began = time.perf_counter()
    with pytest.raises(PolicyError):
        parse(text, of_bucket=True)
    assert time.perf_counter() - began < 0.2


@pytest.mark.parametrize(
    ("principal", "listed"),
    [
        ("*", ()),
        (ANYONE, ()),
        (USER, ()),
        ("qcs::cam::uin/1250000000:root", ()),
        ("qcs::cam::uin/*:uin/*", ()),
        ("qcs::cam::*:*", ()),
        ("qcs::cam::uin/1250000000:groupid/5", ("principal:qcs::cam::uin/1250000000:groupid/5",)),
        ("qcs::cam::uin/1250000000:roleName/a", ("principal:qcs::cam::uin/1250000000:roleName/a",)),
    ],
)
@pytest.mark.parametrize("effect", ["allow", "deny"])
def test_a_principal_that_nobody_knows_is_listed(principal, listed, effect):
    assert parse(text(statement(effect, principal=principal)), of_bucket=True).unevaluated == listed

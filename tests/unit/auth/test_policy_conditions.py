"""Conditions of policies: every operator, lacking keys, qualifiers, and what cannot be evaluated."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from policy_texts import question, statement, text

from ci_emulator.auth.policy import Effect, PolicyError, parse
from ci_emulator.auth.policy_conditions import OPERATORS, SUPPLIED

PREFIX, LENGTH, TIME, IP, SECURE = (
    "cos:prefix",
    "cos:content-length",
    "qcs:current_time",
    "qcs:ip",
    "cos:secure-transport",
)


def policy(condition, effect="allow"):
    return parse(text(statement(effect, condition=condition)), of_bucket=True)


def met(condition, **facts):
    """Whether a condition is met, which an allow and a deny statement must agree about."""
    asked = question(**facts)
    allows = policy(condition).decide(asked) is Effect.ALLOW
    denies = policy(condition, "deny").decide(asked) is Effect.DENY
    assert allows is denies
    return allows


def uncertain(condition, **facts):
    """Whether a condition cannot be told: it lets nobody in, neither by allowing nor by failing to deny."""
    asked = question(**facts)
    return policy(condition).decide(asked) is None and policy(condition, "deny").decide(asked) is Effect.DENY


@pytest.mark.parametrize(
    ("operator", "value", "found", "expected"),
    [
        ("string_equal", "a", "a", True),
        ("string_equal", "a", "A", False),
        ("string_equal", ["b", "a"], "a", True),
        ("string_equal", "a*", "ab", False),
        ("string_equal", "", "", True),
        ("string_equal", 5, "5", True),
        ("string_not_equal", "a", "b", True),
        ("string_not_equal", "a", "a", False),
        ("string_not_equal", ["a", "b"], "b", False),
        ("string_not_equal", ["a", "b"], "c", True),
        ("string_equal_ignore_case", "a", "A", True),
        ("string_equal_ignore_case", "a", "b", False),
        ("string_not_equal_ignore_case", "a", "A", False),
        ("string_not_equal_ignore_case", "a", "b", True),
        ("string_like", "docs*", "docs%2Fa", True),
        ("string_like", "docs*", "xdocs", False),
        ("string_like", "d?cs", "docs", False),
        ("string_not_like", ["docs*", "x*"], "y", True),
        ("string_not_like", ["docs*", "x*"], "xy", False),
        ("STRING_EQUAL", "a", "a", True),
    ],
)
def test_strings(operator, value, found, expected):
    assert met({operator: {PREFIX: value}}, cos__prefix=found) is expected


@pytest.mark.parametrize(
    ("operator", "less", "same", "more"),
    [
        ("equal", False, True, False),
        ("not_equal", True, False, True),
        ("less_than", True, False, False),
        ("less_than_equal", True, True, False),
        ("greater_than", False, False, True),
        ("greater_than_equal", False, True, True),
    ],
)
@pytest.mark.parametrize("number", [10, "10", "10.0", 1e1])
def test_numbers_and_times_are_ordered(operator, less, same, more, number):
    condition = {f"numeric_{operator}": {LENGTH: number}}
    found = [met(condition, cos__content_length=length) for length in ("9", "10", "11")]
    assert found == [less, same, more]
    condition = {f"date_{operator}": {TIME: "2020-01-02T08:00:00+08:00"}}
    days = ("2020-01-01T00:00:00Z", "2020-01-02T00:00:00Z", "2020-01-02T00:00:01Z")
    assert [met(condition, qcs__current_time=day) for day in days] == [less, same, more]


@pytest.mark.parametrize(
    ("value", "found", "expected"),
    [
        ("192.168.1.0/24", "192.168.1.77", True),
        ("192.168.1.5/24", "192.168.1.77", True),
        ("192.168.1.0/24", "192.168.2.1", False),
        ("10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1", "10.0.0.2", False),
        (["10.0.0.1", "127.0.0.0/8"], "127.0.0.1", True),
        ("127.0.0.0/8", "::ffff:127.0.0.1", True),
        ("127.0.0.0/8", "::1", False),
        ("::1", "::1", True),
        ("2001:db8::/32", "2001:db8::5", True),
    ],
)
def test_addresses(value, found, expected):
    assert met({"ip_equal": {IP: value}}, qcs__ip=found) is expected
    assert met({"ip_not_equal": {IP: value}}, qcs__ip=found) is not expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("true", True), ("True", True), (True, True), ("false", False), (["true", "false"], True)],
)
def test_booleans(value, expected):
    assert met({"bool_equal": {SECURE: value}}, cos__secure_transport="true") is expected


SAMPLE = {
    "a string": "a",
    "a number": "5",
    "an ISO 8601 time": "2020-01-01T00:00:00Z",
    "true or false": "true",
    "an IP address or network": "10.0.0.1",
}


@pytest.mark.parametrize("name", sorted(OPERATORS))
def test_a_lacking_key_makes_a_condition_false_unless_it_may_be_lacking(name):
    value = SAMPLE[OPERATORS[name].kind]
    assert not met({name: {PREFIX: value}})
    assert met({f"{name}_if_exist": {PREFIX: value}})


@pytest.mark.parametrize("name", sorted(OPERATORS))
def test_if_exist_changes_nothing_for_a_key_that_is_there(name):
    value = SAMPLE[OPERATORS[name].kind]
    plain = met({name: {PREFIX: value}}, cos__prefix=value)
    assert met({f"{name}_if_exist": {PREFIX: value}}, cos__prefix=value) is plain


def test_null_equal_asks_whether_a_key_is_lacking():
    assert met({"null_equal": {PREFIX: "true"}})
    assert not met({"null_equal": {PREFIX: "true"}}, cos__prefix="")
    assert met({"null_equal": {PREFIX: False}}, cos__prefix="a")
    assert not met({"null_equal": {PREFIX: "false"}})


def test_all_operators_and_keys_must_hold():
    both = {"ip_equal": {IP: "10.0.0.0/8"}, "string_equal": {PREFIX: "a", "cos:delimiter": "%2F"}}
    facts = {"qcs__ip": "10.0.0.1", "cos__prefix": "a", "cos__delimiter": "%2F"}
    assert met(both, **facts)
    for name in facts:
        assert not met(both, **{**facts, name: "192.0.2.1"})


def test_the_case_of_keys_does_not_count():
    assert met({"string_equal": {"COS:Prefix": "a"}}, cos__prefix="a")


@pytest.mark.parametrize(
    ("operator", "values", "expected"),
    [
        ("for_any_value:string_equal", ("a", "c"), True),
        ("for_any_value:string_equal", ("c",), False),
        ("for_all_value:string_equal", ("a", "b"), True),
        ("for_all_value:string_equal", ("a", "c"), False),
        ("for_any_value:string_not_equal", ("a", "c"), True),
        ("for_all_value:string_not_equal", ("a", "c"), False),
        ("string_equal", ("a", "c"), True),
        ("string_not_equal", ("a", "c"), False),
        ("string_not_equal", ("c", "d"), True),
        ("for_any_value:string_equal", (), False),
        ("for_all_value:string_equal", (), False),
        ("for_all_value:string_equal_if_exist", (), True),
    ],
)
def test_keys_with_several_values(operator, values, expected):
    assert met({operator: {PREFIX: ["a", "b"]}}, cos__prefix=values) is expected


@pytest.mark.parametrize(
    ("operator", "key"),
    [
        ("string_resembles", PREFIX),
        ("binary_equal", PREFIX),
        ("null_equal_if_exist", PREFIX),
        ("for_each_value:string_equal", PREFIX),
        ("string_equal", "vpc:requester_vpc"),
        ("string_equal_if_exist", "vpc:requester_vpc"),
        ("null_equal", "cos:tls-version"),
        ("for_any_value:string_equal", "qcs:resource_tag"),
    ],
)
def test_what_cannot_be_evaluated_lets_nobody_in_and_is_listed(operator, key):
    condition = {operator: {key: "true"}, "string_like": {PREFIX: "a"}}
    assert uncertain(condition, cos__prefix="a")
    assert policy(condition).unevaluated == (f"{operator}:{key}",)
    # The other conditions still count: a deny that is not about this is none.
    assert not uncertain(condition, cos__prefix="b")


@pytest.mark.parametrize(
    ("operator", "found"),
    [("numeric_equal", "abc"), ("date_equal", "abc"), ("ip_equal", "a/b"), ("bool_equal", "")],
)
def test_a_fact_that_an_operator_cannot_read_lets_nobody_in(operator, found):
    value = SAMPLE[OPERATORS[operator].kind]
    assert uncertain({operator: {PREFIX: value}}, cos__prefix=found)
    assert policy({operator: {PREFIX: value}}).unevaluated == ()


def test_each_thing_that_cannot_be_evaluated_is_listed_once():
    ones = [statement(condition={"no_such": {"a:b": "1", "a:c": "1"}})] * 2
    assert parse(text(*ones), of_bucket=True).unevaluated == ("no_such:a:b", "no_such:a:c")


def test_the_known_keys_can_be_given():
    whole = text(statement(condition={"string_equal": {"app:colour": "red"}}))
    found = parse(whole, of_bucket=True, known=SUPPLIED | {"app:colour"})
    assert found.unevaluated == ()
    assert found.decide(question(app__colour="red")) is Effect.ALLOW
    assert found.decide(question(app__colour="blue")) is None
    assert parse(whole, of_bucket=True).unevaluated == ("string_equal:app:colour",)


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ({"string_equal": []}, 'Statement 1, condition, "string_equal" is not an object'),
        ({"string_equal": {}}, "is not an object of condition keys"),
        ({"string_equal": {PREFIX: []}}, '"string_equal" of "cos:prefix" is an empty list'),
        ({"string_equal": {PREFIX: None}}, "neither a string nor a number: null"),
        ({"string_equal": {PREFIX: [["a"]]}}, "neither a string nor a number"),
        ({"no_such": {PREFIX: {}}}, "neither a string nor a number"),
        ({"numeric_equal": {LENGTH: "ten"}}, '"cos:content-length" is not a number: "ten"'),
        ({"numeric_equal": {LENGTH: "1e9999"}}, "is not a number"),
        ({"numeric_equal": {LENGTH: "NaN"}}, "is not a number"),
        ({"numeric_equal": {LENGTH: True}}, "is not a number"),
        ({"date_equal": {TIME: "tomorrow"}}, "is not an ISO 8601 time"),
        ({"date_equal": {TIME: 5}}, "is not an ISO 8601 time"),
        ({"bool_equal": {SECURE: "yes"}}, "is not true or false"),
        ({"null_equal": {PREFIX: "yes"}}, "is not true or false"),
        ({"ip_equal": {IP: "10.*.*.10/24"}}, "is not an IP address or network"),
        ({"ip_equal": {"vpc:x": "1.2.3"}}, "is not an IP address or network"),
    ],
)
def test_what_is_no_condition_is_refused(condition, message):
    with pytest.raises(PolicyError, match=message):
        policy(condition)


NEGATED = sorted(name for name in OPERATORS if "_not_" in name)


@pytest.mark.parametrize("name", NEGATED)
@given(data=st.data())
@settings(deadline=None)
def test_a_negated_operator_is_the_opposite_of_the_plain_one(name, data):
    values = {
        "a string": st.sampled_from(["", "a", "A", "b", "a*"]),
        "a number": st.sampled_from(["1", "1.0", "2", "-1e3"]),
        "an ISO 8601 time": st.sampled_from(
            ["2020-01-01T00:00:00Z", "2020-01-01T08:00:00+08:00", "2021-01-01"]
        ),
        "an IP address or network": st.sampled_from(["10.0.0.1", "10.0.0.2", "::1"]),
    }[OPERATORS[name].kind]
    listed, found = data.draw(st.lists(values, min_size=1, max_size=3)), data.draw(values)
    plain = name.replace("_not_", "_")
    assert met({name: {PREFIX: listed}}, cos__prefix=found) is not met(
        {plain: {PREFIX: listed}}, cos__prefix=found
    )

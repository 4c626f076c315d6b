"""Policies and questions for the tests of policies."""

import json

from ci_emulator.auth.policy import Question

OWNER = "qcs::cam::uin/1250000000:uin/1250000000"
USER = "qcs::cam::uin/1250000000:uin/7"
ANYONE = "qcs::cam::anyone:anyone"
ACCOUNT = "qcs::cos:ap-guangzhou:uid/1250000000"
OBJECT = f"{ACCOUNT}:b-1250000000/docs/a.txt"


def statement(effect="allow", **members):
    """Return a statement about everything; `members` replace, those that are None are left out."""
    whole = {"effect": effect, "action": "*", "resource": "*", "principal": "*", **members}
    return {name: value for name, value in whole.items() if value is not None}


def text(*statements, **members):
    """Return the text of a policy."""
    return json.dumps({"version": "2.0", "statement": list(statements), **members})


def question(principal=USER, action="cos:GetObject", resource=OBJECT, **facts):
    """Return a question; `facts` by key, with `__` for `:` and `_` for `-`."""
    named = {name.replace("__", ":"): value for name, value in facts.items()}
    named = {name if name.startswith("qcs:") else name.replace("_", "-"): v for name, v in named.items()}
    values = {name: v if isinstance(v, tuple) else (v,) for name, v in named.items()}
    return Question((principal,), action, (resource,), values)

"""`docs/coverage.md` names everything, and a running server does what it says."""

from __future__ import annotations

import json
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from ci_emulator.control.dialect import REGISTRY as CONTROL
from ci_emulator.core.model import Call, Reply
from ci_emulator.core.registry import Action
from ci_emulator.protocols.ci.catalogue import PICTURE_RULES, PROCESSES
from ci_emulator.protocols.cos.operations_known import (
    DOCUMENTED,
    GROUPS,
    PICTURES,
    SERVICE_SWITCHES,
    Documented,
)
from ci_emulator.protocols.cos.select import MEANINGFUL_HEADERS, REGISTRY, SUBRESOURCES, Selector
from ci_emulator.protocols.tencentcloud.registry import REGISTRY as API3
from ci_emulator.testing import Emulator

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "coverage.md").read_text("utf-8")
KNOWN = [known for group in (*GROUPS.values(), PICTURES, SERVICE_SWITCHES) for known in group]
BUCKET = "coverage-1250000000"
CLOUD = "cos.ap-guangzhou.myqcloud.com"
DONE = [((selector.scope, selector.method, selector.name), action) for selector, action in REGISTRY]
UNUSED = [name for name in SUBRESOURCES if not any(name in key[2].split("&") for key, _ in DONE)]


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    return runpy.run_path(str(ROOT / "tools" / "make_coverage.py"))


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(auth="off") as running:
        yield running


@pytest.fixture
def url(emulator: Emulator) -> str:
    """The address of a server that has the bucket, with one object in it."""
    made = requests.put(f"{emulator.url}/", headers={"Host": f"{BUCKET}.{CLOUD}"}, timeout=10)
    assert made.status_code in (200, 409)
    put = requests.put(f"{emulator.url}/key", b"x", headers={"Host": f"{BUCKET}.{CLOUD}"}, timeout=10)
    assert put.status_code == 200
    return emulator.url


def ask(url: str, scope: str, method: str, name: str = "", service: str = "cos") -> tuple[int, str]:
    """Ask for an operation and nothing more; return the status and the code, "" without one."""
    host = {
        ("dataset", "service"): f"1250000000.{CLOUD}",
        ("ci", "service"): CLOUD.replace("cos", "ci", 1),
        ("ci", "bucket"): f"{BUCKET}.{CLOUD.replace('cos', 'ci', 1)}",
        ("pic", "bucket"): f"{BUCKET}.{CLOUD.replace('cos', 'pic', 1)}",
    }.get((service, scope), f"service.{CLOUD}" if scope == "service" else "")
    path = name[1:] if name.startswith("/") else "key" if scope == "object" else ""
    names = name.split("&") if name and not name.startswith("/") else []
    query = "".join(f"?{part}" for part in names if part not in MEANINGFUL_HEADERS)
    if name in ("imageMogr2", "imageView2", "watermark"):
        query += "/1"
    answer = requests.request(
        method,
        f"{url}/{path}{query}",
        headers={"Host": host or f"{BUCKET}.{CLOUD}"}
        | {part: "x" for part in names if part in MEANINGFUL_HEADERS},
        timeout=10,
    )
    return answer.status_code, answer.text.partition("<Code>")[2].partition("</Code>")[0]


def row(known: Documented) -> list[str]:
    """The cells of an operation's row."""
    (line,) = [line for line in PAGE.splitlines() if line.startswith(f"| {known.title} | ")]
    return line.strip("| ").split(" | ")


def test_the_page_is_up_to_date(
    tool: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tool["main"](["--check"]) == 0
    assert tool["main"](["--check", "--docs", str(tmp_path)]) == 1
    assert "run: python tools/make_coverage.py" in capsys.readouterr().err
    assert tool["main"](["--docs", str(tmp_path)]) == 0
    assert (tmp_path / "coverage.md").read_text("utf-8") == PAGE


def test_every_action_is_documented_and_named() -> None:
    assert [key for key, _ in DONE if key not in DOCUMENTED and not key[2].startswith("ci-process=")] == []
    for _, action in DONE:
        assert f": {action.name} |" in PAGE, action.name
    for (product, name), _ in API3:
        assert f"| `{product} {name}` |" in PAGE
    for (method, path), _ in CONTROL:
        assert f"| `{method} {path}` |" in PAGE


@pytest.mark.parametrize("name", sorted(PROCESSES))
def test_every_process_gets_the_answer_of_the_page(name: str, url: str) -> None:
    processes, _, _ = PAGE.partition("### Rules of")
    (line,) = [line for line in processes.splitlines() if line.startswith(f"| `{name}` |")]
    process = PROCESSES[name]
    assert line.startswith(f"| `{name}` | {process.about} |")
    selected = f"ci-process={name}"
    for scope in ("bucket", "object"):
        for method in ("GET", "PUT", "POST", "DELETE"):
            answer = ask(url, scope, method, selected)
            where = f"`{method} {'/KEY' if scope == 'object' else '/'}`"
            if (scope, method) in process.places:
                assert where in line
                if f"| carried out: {name} |" in line:
                    assert REGISTRY.find(Selector(scope, method, selected)) is not None
                    assert answer[0] not in (405, 500, 501)
                else:
                    assert "| refused: NotImplemented |" in line
                    assert answer == (501, "NotImplemented")
            else:
                expected = (405, "MethodNotAllowed") if scope in process.scopes else (400, "InvalidArgument")
                assert answer == expected, (scope, method)


def test_a_process_that_nobody_knows(url: str) -> None:
    for name in ("qrcode", "Nothing", "", "filehash%20"):
        for scope in ("bucket", "object"):
            for method in ("GET", "PUT", "POST", "DELETE"):
                assert ask(url, scope, method, f"ci-process={name}") == (400, "InvalidArgument")


def test_every_action_of_a_process_is_in_the_catalogue() -> None:
    for (scope, method, name), _ in DONE:
        if name.startswith("ci-process="):
            assert (scope, method) in PROCESSES[name.removeprefix("ci-process=")].places


RULES = [*PICTURE_RULES, *(f"ci-process={name}" for name, process in PROCESSES.items() if process.also_rule)]
NO_RULES = [
    "Nothing",
    *(f"ci-process={name}" for name, process in PROCESSES.items() if not process.also_rule),
]


def ask_for_rule(url: str, rule: str) -> tuple[int, str]:
    answer = requests.post(
        f"{url}/key?image_process",
        headers={
            "Host": f"{BUCKET}.{CLOUD}",
            "Pic-Operations": json.dumps({"rules": [{"fileid": "result", "rule": rule}]}),
        },
        timeout=10,
    )
    return answer.status_code, answer.text.partition("<Code>")[2].partition("</Code>")[0]


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_gets_the_answer_of_the_page(rule: str, url: str) -> None:
    rules = PAGE.partition("### Rules of")[2].partition("\n## ")[0]
    (line,) = [line for line in rules.splitlines() if line.startswith(f"| `{rule}` |")]
    answer = ask_for_rule(url, rule)
    if line.endswith("| carried out |"):
        # What is refused is the object, which is no picture.
        assert answer == (400, "InvalidImageFormat")
    else:
        assert line.endswith("| refused: NotImplemented |")
        assert answer == (501, "NotImplemented")


@pytest.mark.parametrize("rule", NO_RULES)
def test_what_is_no_rule(rule: str, url: str) -> None:
    assert ask_for_rule(url, rule) == (400, "InvalidPicOperations")


@pytest.mark.parametrize("name", UNUSED)
def test_a_sub_resource_that_nothing_is_registered_for(name: str, url: str) -> None:
    assert f"?{name}`" in PAGE
    for scope in ("bucket", "object"):
        for method in ("GET", "PUT", "POST", "DELETE"):
            assert ask(url, scope, method, name) == (501, "NotImplemented"), (scope, method)


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.title)
def test_a_documented_operation(known: Documented, url: str) -> None:
    here = row(known)[2]
    status, code = ask(url, known.scope, known.method, known.name, known.service)
    action = REGISTRY.find(Selector(known.scope, known.method, known.name, known.service))
    if action is None:
        assert here == f"refused: {code}"
        assert status >= 400
    else:
        assert here == f"{'stored only' if action.stored_only else 'carried out'}: {action.name}"
        assert code not in ("NotImplemented", "MethodNotAllowed", "InvalidHost")
        assert status not in (405, 500, 501)


def test_an_operation_is_listed_once() -> None:
    titles = [known.title for known in KNOWN]
    assert len(titles) == len(set(titles))


def test_what_is_stored_only_says_so(tool: dict[str, Any]) -> None:
    async def run(call: Call, services: Any) -> Reply:
        return Reply()

    assert (
        tool["here"](Action("PutThing", run, "cos:PutThing", stored_only=True), "") == "stored only: PutThing"
    )
    assert tool["here"](Action("PutThing", run, "cos:PutThing"), "") == "carried out: PutThing"
    assert tool["here"](None, "NotImplemented") == "refused: NotImplemented"


def test_what_the_page_says_of_the_rest(url: str) -> None:
    assert "refused: InvalidAction" in PAGE
    for product, code in (("ocr", "InvalidAction"), ("cvm", "NoSuchProduct")):
        answer = requests.post(
            f"{url}/",
            b"{}",
            headers={
                "Host": f"{product}.tencentcloudapi.com",
                "Content-Type": "application/json",
                "X-TC-Action": "GeneralBasicOCR",
                "X-TC-Version": "2018-11-19",
                "X-TC-Region": "ap-guangzhou",
                "X-TC-Timestamp": "0",
            },
            timeout=10,
        )
        assert answer.json()["Response"]["Error"]["Code"] == code
    for service in ("ci", "pic"):
        for path in ("jobs", "pic_jobs", "template", "queue", "workflow", "image/auditing"):
            for method in ("GET", "PUT", "POST", "DELETE"):
                assert ask(url, "bucket", method, f"/{path}", service) == (501, "NotImplemented")

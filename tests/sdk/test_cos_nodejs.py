"""Objects through cos-nodejs-sdk-v5: the newest version and the last 2.x (spec: cos.md sections 0, 1.4, 2, 3 and 4).

The calls are in `node_cos/*.mjs`, a case each; what they shall give is in `cos_nodejs_expected.py`,
`cos_nodejs_recognition_expected.py` and `cos_nodejs_pictures_expected.py`.
"""

import os
import re
import subprocess
from pathlib import Path

import node_lane
import pytest
from cos_nodejs_expected import EXPECTED as OF_OBJECTS
from cos_nodejs_expected import KEYS_OF_ALL_KINDS
from cos_nodejs_pictures_expected import OF_PICTURES
from cos_nodejs_recognition_expected import RECOGNITION
from sdk_clients import APPID, KEYS, PUBLISHED_KEY, REGION, ROOT, STRANGER, TEMPORARY

from ci_emulator.testing import Emulator

pytestmark = pytest.mark.timeout(300)

NODE = Path(__file__).parent / "node_cos"
PAGE = (ROOT / "docs" / "clients" / "cos-nodejs-sdk-v5.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"^## ([^\n]+)(?:(?!^## ).)*?^```js\n(.*?)^```$", PAGE, re.M | re.S))
EXPECTED = {**OF_OBJECTS, "recognition": RECOGNITION, "pictures": OF_PICTURES}
SDKS = ("cos-nodejs-sdk-v5", "cos-nodejs-sdk-v5-2.x")


def pair(key):
    return {"id": key.secret_id, "secret": key.secret_key, "token": key.token}


@pytest.fixture(scope="module", params=SDKS)
def told(request, _no_proxy_of_the_machine, tmp_path_factory):
    """What every script prints; each has a bucket of its own name, in an emulator of its SDK's own."""
    node_lane.install(NODE)
    with Emulator(credentials=KEYS, region=REGION) as emulator:
        given = {
            "sdk": request.param,
            "port": emulator.port,
            "region": REGION,
            "names": KEYS_OF_ALL_KINDS,
            "folder": str(tmp_path_factory.mktemp("node")),
            "keys": {
                "published": pair(PUBLISHED_KEY),
                "stranger": pair(STRANGER),
                "temporary": pair(TEMPORARY),
            },
        }
        found = {
            script: node_lane.run(f"{script}.mjs", {**given, "bucket": f"{script}-{APPID}"}, NODE)
            for script in EXPECTED
        }
    return found, given["port"]


@pytest.mark.parametrize(
    ("script", "case"), [(script, case) for script, cases in EXPECTED.items() for case in cases]
)
def test_a_case(told, script, case):
    found, port = told
    line = found[script][case]
    assert "answer" in line, line["error"]
    answer = line["answer"]
    if script == "ways":
        answer = {
            **answer,
            **{name: answer[name].replace(f":{port}", ":PORT") for name in ("host", "Location")},
        }
    assert answer == EXPECTED[script][case]


def test_every_case_is_expected(told):
    found, _ = told
    assert {script: set(cases) for script, cases in found.items()} == {
        script: set(cases) for script, cases in EXPECTED.items()
    }


@pytest.mark.parametrize("heading", EXAMPLES)
def test_an_example_of_the_page(emulator, tmp_path, heading):
    node_lane.install(NODE)
    done = subprocess.run(
        ["node", "--input-type=module", "-"],
        input=re.sub(r"\b9000\b", str(emulator.port), EXAMPLES[heading]),
        cwd=NODE,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TMPDIR": str(tmp_path)},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert done.returncode == 0, done.stderr


def test_every_example_is_found():
    assert len(EXAMPLES) == PAGE.count("```js\n") == 7

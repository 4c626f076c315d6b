"""Buckets through cos-nodejs-sdk-v5: the newest version and the last 2.x (spec: cos.md sections 4.1 and 4.2).

The calls are in `node_cos/buckets.mjs` and `node_cos/configurations.mjs`, a case each; what they shall give is in
`cos_nodejs_buckets_expected.py`.
"""

from pathlib import Path

import node_lane
import pytest
from cos_nodejs_buckets_expected import EXPECTED
from sdk_clients import APPID, KEYS, PUBLISHED_KEY, REGION, STRANGER

from ci_emulator.testing import Emulator

pytestmark = pytest.mark.timeout(300)

NODE = Path(__file__).parent / "node_cos"
SDKS = ("cos-nodejs-sdk-v5", "cos-nodejs-sdk-v5-2.x")

#: Cases that say something about the run instead of the server.
SURVEY = {"methods", "answered"}


@pytest.fixture(scope="module", params=SDKS)
def told(request, _no_proxy_of_the_machine, tmp_path_factory):
    """What the scripts print, by script and case; each SDK has an emulator of its own."""
    node_lane.install(NODE)
    keys = {"published": PUBLISHED_KEY, "stranger": STRANGER}
    with Emulator(credentials=KEYS, region=REGION) as emulator:
        given = {
            "sdk": request.param,
            "port": emulator.port,
            "region": REGION,
            "folder": str(tmp_path_factory.mktemp("node")),
            "keys": {name: {"id": key.secret_id, "secret": key.secret_key} for name, key in keys.items()},
        }
        return {
            script: node_lane.run(f"{script}.mjs", {**given, "bucket": f"{script}-{APPID}"}, NODE)
            for script in EXPECTED
        }


@pytest.mark.parametrize(
    ("script", "case"), [(script, case) for script, cases in EXPECTED.items() for case in cases]
)
def test_a_case(told, script, case):
    line = told[script][case]
    assert "answer" in line, line["error"]
    assert line["answer"] == EXPECTED[script][case]


def test_every_case_is_expected(told):
    assert {script: set(cases) - SURVEY for script, cases in told.items()} == {
        script: set(cases) for script, cases in EXPECTED.items()
    }


def test_every_method_for_buckets_has_been_answered(told):
    methods = set(told["buckets"]["methods"]["answer"])
    assert {"getService", "putBucket", "listBucketInventory"} <= methods
    assert methods == {name for cases in told.values() for name in cases["answered"]["answer"]}
